/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-log.h"

#include "lan-format.h"
#include "lan-section.h"
#include "lan-share-look.h"

#define MAX_ROWS      300 /* the newest */
#define READ_AGAIN_MS 1000

struct _LanShareLog {
  GtkBox parent;
  LanNode *node;
  LanShare *share;
  gint64 last_ms; /* the newest that is shown */
  guint n_shown;
  guint read_id;
  gboolean is_due;
  GtkListBox *list;
};

G_DEFINE_TYPE (LanShareLog, lan_share_log, GTK_TYPE_BOX)

static void
clear (LanShareLog *self)
{
  GList *rows = gtk_container_get_children (GTK_CONTAINER (self->list));

  for (GList *l = rows; l != NULL; l = l->next)
    gtk_widget_destroy (l->data);
  g_list_free (rows);
}

static gint64
time_of (GtkListBoxRow *row)
{
  return *(gint64 *) g_object_get_data (G_OBJECT (row), "time");
}

static void
head_row (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  g_autofree char *day = NULL;

  if (before == NULL || !lan_format_same_day (time_of (row), time_of (before)))
    day = lan_format_day (time_of (row), g_get_real_time () / 1000);
  lan_section_put (row, day, -1);
}

static void
add_row (LanShareLog *self, const LanSharedRecord *record)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/share-log-row.ui");
  GtkWidget *row = GTK_WIDGET (gtk_builder_get_object (builder, "row"));
  g_autofree char *text = lan_share_look_record (self->node, record);
  g_autofree char *time = lan_format_clock (record->time_ms);

  gtk_image_set_from_icon_name (GTK_IMAGE (gtk_builder_get_object (builder, "icon")),
                                lan_share_look_record_icon (record), GTK_ICON_SIZE_MENU);
  gtk_label_set_text (GTK_LABEL (gtk_builder_get_object (builder, "text_label")), text);
  gtk_label_set_text (GTK_LABEL (gtk_builder_get_object (builder, "time_label")), time);
  atk_object_set_name (gtk_widget_get_accessible (row), text);
  g_object_set_data_full (G_OBJECT (row), "time",
                          g_memdup2 (&record->time_ms, sizeof record->time_ms), g_free);
  gtk_list_box_insert (self->list, row, -1);
}

static void read_log (LanShareLog *self);

static gboolean
on_read_again (gpointer user_data)
{
  LanShareLog *self = user_data;

  self->read_id = 0;
  if (self->is_due)
    read_log (self);
  return G_SOURCE_REMOVE;
}

static void
on_log (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanShareLog) self = user_data;
  g_autoptr (GPtrArray) log = lan_share_read_log_finish (LAN_SHARE (source), result, NULL);
  gint64 last;

  if (log == NULL || LAN_SHARE (source) != self->share)
    return;
  if (self->read_id == 0)
    self->read_id = g_timeout_add (READ_AGAIN_MS, on_read_again, self);
  last = log->len > 0 ? ((LanSharedRecord *) g_ptr_array_index (log, log->len - 1))->time_ms : 0;
  if (last == self->last_ms && log->len == self->n_shown)
    return;
  self->last_ms = last;
  self->n_shown = log->len;
  clear (self);
  for (guint i = log->len; i > 0 && log->len - i < MAX_ROWS; i--)
    add_row (self, g_ptr_array_index (log, i - 1));
}

static void
read_log (LanShareLog *self)
{
  self->is_due = FALSE;
  if (self->share != NULL)
    lan_share_read_log_async (self->share, NULL, on_log, g_object_ref (self));
}

void
lan_share_log_set_share (LanShareLog *self, LanNode *node, LanShare *share)
{
  g_set_object (&self->node, node);
  if (g_set_object (&self->share, share)) {
    g_clear_handle_id (&self->read_id, g_source_remove);
    self->last_ms = 0;
    self->n_shown = 0;
    clear (self);
  }
  self->is_due = TRUE;
  if (self->read_id == 0)
    read_log (self);
}

static void
dispose (GObject *object)
{
  LanShareLog *self = LAN_SHARE_LOG (object);

  g_clear_handle_id (&self->read_id, g_source_remove);
  g_clear_object (&self->node);
  g_clear_object (&self->share);
  G_OBJECT_CLASS (lan_share_log_parent_class)->dispose (object);
}

static void
lan_share_log_class_init (LanShareLogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/share-log.ui");
  gtk_widget_class_bind_template_child (widget_class, LanShareLog, list);
}

static void
lan_share_log_init (LanShareLog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->list, head_row, NULL, NULL);
}
