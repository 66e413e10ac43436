/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-message-extras.h"

#include "lan-chat-text.h"
#include "lan-chat-view.h"

#include <glib/gi18n.h>

#define QUOTE_CHARS 160

static LanChatView *
view_of (GtkWidget *widget)
{
  return LAN_CHAT_VIEW (gtk_widget_get_ancestor (widget, LAN_TYPE_CHAT_VIEW));
}

static void
on_quote (GtkWidget *button, LanMessage *message)
{
  lan_chat_view_show_message (view_of (button), lan_message_get_quote_id (message));
}

static void
fill_quote (GtkBuilder *builder, LanMessage *message)
{
  LanPerson *author = lan_message_get_quote_author (message);
  g_autofree char *text = lan_chat_text_preview (lan_message_get_quote_text (message), QUOTE_CHARS);
  GtkWidget *button = GTK_WIDGET (gtk_builder_get_object (builder, "quote"));

  if (lan_message_get_quote_id (message) == NULL)
    return;
  gtk_label_set_text (GTK_LABEL (gtk_builder_get_object (builder, "quote_name")),
                      author != NULL ? lan_person_get_name (author) : _ ("Somebody"));
  gtk_label_set_text (GTK_LABEL (gtk_builder_get_object (builder, "quote_text")), text);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_quote), message, 0);
  gtk_widget_show (button);
}

/* Where it comes from, if not from the one beside whom it stands. (transfer full) (nullable) */
static char *
describe_origin (LanMessage *message)
{
  const char *forwarded = lan_message_get_forwarded_from (message);
  const char *imported = lan_message_get_imported_from (message);

  if (imported != NULL)
    return *imported != '\0'
               /* Translators: the name of a person who wrote it, as a file says */
               ? g_strdup_printf (_ ("Imported: written by %s"), imported)
               : g_strdup (_ ("Imported"));
  /* Translators: the name of a person who wrote it first */
  return forwarded != NULL ? g_strdup_printf (_ ("Forwarded from %s"), forwarded) : NULL;
}

static void
update_head (LanMessageExtras *extras, LanMessage *message, GtkBox *bubble)
{
  g_autofree char *from = describe_origin (message);
  gboolean urgent = lan_message_get_urgent (message);
  gboolean wanted = !lan_message_get_recalled (message) &&
                    (urgent || from != NULL || lan_message_get_quote_id (message) != NULL);
  g_autoptr (GtkBuilder) builder = NULL;

  if (!wanted && extras->head != NULL)
    g_clear_pointer (&extras->head, gtk_widget_destroy);
  if (!wanted || extras->head != NULL)
    return;
  builder = gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/message-head.ui");
  extras->head = GTK_WIDGET (gtk_builder_get_object (builder, "head"));
  gtk_widget_set_visible (GTK_WIDGET (gtk_builder_get_object (builder, "urgent")), urgent);
  if (from != NULL) {
    GtkLabel *label = GTK_LABEL (gtk_builder_get_object (builder, "forwarded"));

    gtk_label_set_text (label, from);
    gtk_widget_show (GTK_WIDGET (label));
  }
  fill_quote (builder, message);
  gtk_box_pack_start (bubble, extras->head, FALSE, FALSE, 0);
  gtk_box_reorder_child (bubble, extras->head, 0);
}

static void
on_chip (GtkWidget *button, LanMessage *message)
{
  const char *emoji = g_object_get_data (G_OBJECT (button), "emoji");
  gboolean own = g_object_get_data (G_OBJECT (button), "own") != NULL;

  lan_chat_view_react (view_of (button), message, emoji, !own);
}

static GtkWidget *
make_chip (LanMessage *message, LanReaction *reaction)
{
  g_autofree char *text = g_strdup_printf ("%s %u", lan_reaction_get_emoji (reaction),
                                           lan_reaction_get_count (reaction));
  GtkWidget *chip = gtk_button_new_with_label (text);
  GtkStyleContext *context = gtk_widget_get_style_context (chip);

  gtk_style_context_add_class (context, "chip");
  if (lan_reaction_get_own (reaction)) {
    gtk_style_context_add_class (context, "mine");
    g_object_set_data (G_OBJECT (chip), "own", chip);
  }
  g_object_set_data_full (G_OBJECT (chip), "emoji", g_strdup (lan_reaction_get_emoji (reaction)),
                          g_free);
  g_signal_connect_object (chip, "clicked", G_CALLBACK (on_chip), message, 0);
  gtk_widget_show (chip);
  return chip;
}

static void
fill_chips (LanMessageExtras *extras, LanMessage *message)
{
  GPtrArray *reactions = lan_message_get_reactions (message);

  gtk_container_foreach (GTK_CONTAINER (extras->chips), (GtkCallback) (void *) gtk_widget_destroy,
                         NULL);
  for (guint i = 0; i < reactions->len; i++) {
    GtkWidget *chip = make_chip (message, g_ptr_array_index (reactions, i));

    gtk_flow_box_insert (GTK_FLOW_BOX (extras->chips), chip, -1);
    gtk_widget_set_can_focus (gtk_widget_get_parent (chip), FALSE);
  }
  gtk_widget_set_visible (extras->chips, reactions->len > 0);
}

static void
update_foot (LanMessageExtras *extras, LanMessage *message, GtkBox *column)
{
  gboolean edited = lan_message_get_edited_time (message) != 0;
  gboolean pinned = lan_message_get_pinned (message);
  gboolean own = lan_message_get_own (message);
  gboolean wanted = edited || pinned || lan_message_get_reactions (message)->len > 0;

  if (wanted && extras->foot == NULL) {
    g_autoptr (GtkBuilder) builder =
        gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/message-chips.ui");

    extras->foot = GTK_WIDGET (gtk_builder_get_object (builder, "foot"));
    extras->chips = GTK_WIDGET (gtk_builder_get_object (builder, "chips"));
    extras->marks = GTK_LABEL (gtk_builder_get_object (builder, "marks"));
    gtk_widget_set_halign (extras->foot, own ? GTK_ALIGN_END : GTK_ALIGN_START);
    gtk_box_pack_end (column, extras->foot, FALSE, FALSE, 0);
  }
  if (extras->foot == NULL)
    return;
  gtk_widget_set_visible (extras->foot, wanted);
  fill_chips (extras, message);
  gtk_label_set_text (extras->marks, edited && pinned ? _ ("edited, pinned")
                                     : edited         ? _ ("edited")
                                                      : _ ("pinned"));
  gtk_widget_set_visible (GTK_WIDGET (extras->marks), edited || pinned);
}

void
lan_message_extras_update (LanMessageExtras *extras, LanMessage *message, GtkBox *bubble,
                           GtkBox *column)
{
  update_head (extras, message, bubble);
  update_foot (extras, message, column);
}
