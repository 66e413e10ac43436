/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-found-row.h"

#include "lan-avatar.h"
#include "lan-format.h"

#include <glib/gi18n.h>
#include <string.h>

#define BEFORE_CHARS 10 /* shown before the first hit */
#define SHOWN_CHARS  160
#define HITS_MAX     32

struct _LanFoundRow {
  GtkListBoxRow parent;
  LanMessage *message;
  LanAvatar *avatar;
  GtkLabel *name_label;
  GtkLabel *time_label;
  GtkLabel *text_label;
};

G_DEFINE_TYPE (LanFoundRow, lan_found_row, GTK_TYPE_LIST_BOX_ROW)

/* Where what is shown begins: some characters before the first hit, or at the front. */
static const char *
begin_of (const char *text, const GArray *hits)
{
  const char *at;

  if (hits->len == 0)
    return text;
  at = text + g_array_index (hits, guint, 0);
  for (int i = 0; i < BEFORE_CHARS && at > text; i++)
    at = g_utf8_find_prev_char (text, at);
  /* A few characters more are no reason to leave them out. */
  return g_utf8_pointer_to_offset (text, at) <= 4 ? text : at;
}

static PangoAttrList *
mark_hits (const GArray *hits, gsize skipped, gsize put_before, gsize len)
{
  PangoAttrList *marks = pango_attr_list_new ();

  for (guint i = 0; i + 1 < hits->len; i += 2) {
    PangoAttribute *bold = pango_attr_weight_new (PANGO_WEIGHT_BOLD);

    if (g_array_index (hits, guint, i) >= skipped + len)
      break;
    bold->start_index = (guint) (g_array_index (hits, guint, i) - skipped + put_before);
    bold->end_index = (guint) (g_array_index (hits, guint, i + 1) - skipped + put_before);
    pango_attr_list_insert (marks, bold);
  }
  return marks;
}

static void
show_text (LanFoundRow *self, LanSearch *search)
{
  const char *text = lan_message_get_text (self->message);
  g_autoptr (GArray) hits = lan_search_dup_hits (search, text, HITS_MAX);
  const char *begin = begin_of (text, hits);
  g_autofree char *piece =
      g_utf8_substring (begin, 0, MIN (g_utf8_strlen (begin, -1), SHOWN_CHARS));
  g_autofree char *shown = g_strconcat (begin > text ? "…" : "", piece, NULL);
  PangoAttrList *marks =
      mark_hits (hits, (gsize) (begin - text), begin > text ? strlen ("…") : 0, strlen (piece));

  gtk_label_set_text (self->text_label, g_strdelimit (shown, "\n\t", ' '));
  gtk_label_set_attributes (self->text_label, marks);
  pango_attr_list_unref (marks);
}

static void
dispose (GObject *object)
{
  LanFoundRow *self = LAN_FOUND_ROW (object);

  g_clear_object (&self->message);
  G_OBJECT_CLASS (lan_found_row_parent_class)->dispose (object);
}

static void
lan_found_row_class_init (LanFoundRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  g_type_ensure (LAN_TYPE_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/found-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LanFoundRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, LanFoundRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, LanFoundRow, time_label);
  gtk_widget_class_bind_template_child (widget_class, LanFoundRow, text_label);
}

static void
lan_found_row_init (LanFoundRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_found_row_new (LanSearch *search, LanMessage *message)
{
  LanFoundRow *self = g_object_new (LAN_TYPE_FOUND_ROW, NULL);
  LanPerson *peer = lan_message_get_peer (message);
  g_autofree char *time =
      lan_format_list_time (lan_message_get_time (message), g_get_real_time () / 1000);
  g_autofree char *to = NULL, *spoken = NULL;

  self->message = g_object_ref (message);
  if (lan_message_get_own (message))
    to = g_strdup_printf (_ ("You to %s"), lan_person_get_name (peer));
  lan_avatar_set_person (self->avatar, lan_message_get_author (message));
  gtk_label_set_text (self->name_label, to != NULL ? to : lan_person_get_name (peer));
  gtk_label_set_text (self->time_label, time);
  show_text (self, search);
  spoken = g_strdup_printf ("%s, %s, %s", gtk_label_get_text (self->name_label), time,
                            gtk_label_get_text (self->text_label));
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), spoken);
  return GTK_WIDGET (self);
}

LanMessage *
lan_found_row_get_message (LanFoundRow *self)
{
  return self->message;
}
