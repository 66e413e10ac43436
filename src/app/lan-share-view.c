/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-view.h"

#include "lan-confirm.h"
#include "lan-files.h"
#include "lan-share-files.h"
#include "lan-share-log.h"
#include "lan-share-look.h"
#include "lan-share-people.h"

#include <glib/gi18n.h>

#define NATURAL_WIDTH 480
#define MAX_NUMBER    99

struct _LanShareView {
  GtkBox parent;
  LanNode *node;
  LanShare *share;
  HdyHeaderBar *header;
  GtkWidget *back_button;
  GtkLabel *title_label;
  GtkLabel *line_label;
  GtkWidget *folder_button;
  GtkWidget *invite_bar;
  GtkLabel *invite_label;
  GtkFileChooser *target_button;
  GtkToggleButton *keep_check;
  GtkWidget *error_bar;
  GtkLabel *error_label;
  GtkWidget *place_button;
  GtkWidget *conflict_bar;
  GtkLabel *conflict_label;
  GtkToggleButton *files_button;
  GtkToggleButton *people_button;
  GtkToggleButton *log_button;
  GtkStack *pages;
  LanShareFiles *files;
  LanSharePeople *people;
  LanShareLog *log;
  GtkWidget *fetch_item;
  GObject *leave_item;
};

G_DEFINE_TYPE (LanShareView, lan_share_view, GTK_TYPE_BOX)

static void
update_bars (LanShareView *self)
{
  LanShareStatus status = lan_share_get_status (self->share);
  const char *error = lan_share_get_error_code (self->share);
  guint conflicts = lan_share_get_conflicts (self->share);
  g_autofree char *owner = lan_share_look_person (self->node, lan_share_get_owner (self->share));
  g_autofree char *text = NULL;
  g_autofree char *both = NULL;

  text =
      g_strdup_printf (lan_share_get_access (self->share) == LAN_SHARE_ACCESS_WRITE
                           ? _ ("%s shares this folder with you. You may change what is in it.")
                           : _ ("%s shares this folder with you, to see and fetch what is in it."),
                       owner);
  both = g_strdup_printf (
      ngettext ("%u file was changed on both sides. Both versions are kept, side by side.",
                "%u files were changed on both sides. Both versions are kept, side by side.",
                conflicts),
      conflicts);
  gtk_label_set_text (self->invite_label, text);
  gtk_label_set_text (self->error_label, error != NULL ? lan_share_look_error (error) : "");
  gtk_label_set_text (self->conflict_label, both);
  gtk_widget_set_visible (self->invite_bar, status == LAN_SHARE_STATUS_INVITED);
  gtk_widget_set_visible (self->error_bar, error != NULL);
  gtk_widget_set_visible (self->place_button, g_strcmp0 (error, "not-found") == 0);
  gtk_widget_set_visible (self->conflict_bar,
                          conflicts > 0 && !gtk_toggle_button_get_active (self->log_button));
}

static const char *
leave_word (LanShare *share)
{
  switch (lan_share_get_status (share)) {
  case LAN_SHARE_STATUS_OPEN:
    return _ ("Stop sharing…");
  case LAN_SHARE_STATUS_ENDED:
    return _ ("Remove from the list");
  default:
    return _ ("Leave…");
  }
}

static void
update (LanShareView *self)
{
  LanShare *share = self->share;
  LanShareStatus status = lan_share_get_status (share);
  g_autofree char *line = lan_share_look_line (self->node, share);

  if (status == LAN_SHARE_STATUS_ENDED) {
    g_free (line);
    line = g_strdup (_ ("Not shared any more. What was fetched stays."));
  }
  gtk_label_set_text (self->title_label, lan_share_get_name (share));
  gtk_label_set_text (self->line_label, line);
  gtk_widget_set_visible (self->folder_button,
                          lan_share_get_dir (share) != NULL && status != LAN_SHARE_STATUS_INVITED);
  gtk_widget_set_visible (self->fetch_item, status == LAN_SHARE_STATUS_JOINED);
  g_object_set (self->leave_item, "text", leave_word (share), "sensitive",
                status != LAN_SHARE_STATUS_LEFT && status != LAN_SHARE_STATUS_INVITED, NULL);
  update_bars (self);
  lan_share_files_set_share (self->files, share);
  lan_share_people_set_share (self->people, self->node, share);
  if (gtk_toggle_button_get_active (self->log_button))
    lan_share_log_set_share (self->log, self->node, share);
}

static void
on_tab (LanShareView *self, GtkToggleButton *button)
{
  if (!gtk_toggle_button_get_active (button) || self->share == NULL)
    return;
  gtk_stack_set_visible_child_name (self->pages, button == self->log_button      ? "log"
                                                 : button == self->people_button ? "people"
                                                                                 : "files");
  update (self);
}

static void
on_see_conflicts (LanShareView *self)
{
  gtk_toggle_button_set_active (self->log_button, TRUE);
}

static void
on_open_folder (LanShareView *self)
{
  if (lan_share_get_dir (self->share) != NULL)
    lan_files_open (gtk_widget_get_toplevel (GTK_WIDGET (self)), lan_share_get_dir (self->share));
}

static void
on_fetch_all (LanShareView *self)
{
  lan_share_fetch (self->share, "");
}

static void
on_look (LanShareView *self)
{
  lan_share_rescan (self->share);
}

static void
do_leave (gpointer share)
{
  lan_share_leave (share);
}

static void
on_leave (LanShareView *self)
{
  LanShareStatus status = lan_share_get_status (self->share);
  g_autofree char *title = NULL;

  if (status == LAN_SHARE_STATUS_ENDED) {
    lan_share_leave (self->share);
    return;
  }
  title = g_strdup_printf (status == LAN_SHARE_STATUS_OPEN ? _ ("Stop sharing “%s”?")
                                                           : _ ("Leave “%s”?"),
                           lan_share_get_name (self->share));
  lan_confirm_ask (GTK_WIDGET (self), title,
                   status == LAN_SHARE_STATUS_OPEN
                       ? _ ("Nobody gets changes any more. Everybody keeps what they have.")
                       : _ ("You get no changes any more. What you have stays in its folder."),
                   status == LAN_SHARE_STATUS_OPEN ? _ ("Stop sharing") : _ ("Leave"), do_leave,
                   self->share);
}

/* ---- an invitation ---- */

typedef struct {
  LanShare *share;
  char *parent;
  char *name;
  gboolean keep;
} Target;

static void
target_free (gpointer data)
{
  Target *target = data;

  g_object_unref (target->share);
  g_free (target->parent);
  g_free (target->name);
  g_free (target);
}

/* A folder of its own, named as the share is; one that is there already is not mixed with it. On a thread: the
 * disk may be far away. */
static void
find_target (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Target *target = data;
  char *path = g_build_filename (target->parent, target->name, NULL);

  for (guint n = 2; g_file_test (path, G_FILE_TEST_EXISTS) && n <= MAX_NUMBER; n++) {
    g_free (path);
    path = g_strdup_printf ("%s/%s (%u)", target->parent, target->name, n);
  }
  g_task_return_pointer (task, path, g_free);
}

static void
on_target (GObject *source, GAsyncResult *result, gpointer user_data)
{
  const Target *target = g_task_get_task_data (G_TASK (result));
  g_autofree char *path = g_task_propagate_pointer (G_TASK (result), NULL);

  if (path != NULL)
    lan_share_accept (target->share, path, target->keep);
}

/* Puts it into a folder of its own in @parent (transfer full) (nullable): NULL: where files go. */
static void
take_into (LanShareView *self, char *parent, gboolean keep)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_target, NULL);
  Target *target = g_new0 (Target, 1);

  target->share = g_object_ref (self->share);
  target->parent = parent != NULL ? parent : lan_files_dup_folder ();
  target->name = g_strdelimit (g_strdup (lan_share_get_name (self->share)), "/\\", '-');
  if (*target->name == '.') {
    g_free (target->name);
    target->name = g_strdup ("folder");
  }
  target->keep = keep;
  g_task_set_task_data (task, target, target_free);
  g_task_run_in_thread (task, find_target);
}

static void
on_accept (LanShareView *self)
{
  take_into (self, gtk_file_chooser_get_filename (self->target_button),
             gtk_toggle_button_get_active (self->keep_check));
}

static void
on_place_chosen (GtkNativeDialog *dialog, int response, LanShareView *self)
{
  char *folder = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && folder != NULL && self->share != NULL)
    take_into (self, g_steal_pointer (&folder), lan_share_get_keep (self->share));
  g_free (folder);
  gtk_native_dialog_destroy (dialog);
}

/* The folder is lost: it gets another place. */
static void
on_place (LanShareView *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  g_autoptr (GtkFileChooserNative) dialog = gtk_file_chooser_native_new (
      _ ("Save in"), GTK_WINDOW (window), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Save here"),
      _ ("_Cancel"));
  g_autofree char *folder = lan_files_dup_folder ();

  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_place_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
  g_object_set_data_full (G_OBJECT (self), "dialog", g_steal_pointer (&dialog), g_object_unref);
}

static void
on_decline (LanShareView *self)
{
  lan_share_leave (self->share);
}

/* ---- from outside ---- */

void
lan_share_view_set_share (LanShareView *self, LanNode *node, LanShare *share)
{
  g_autofree char *folder = NULL;

  if (self->share == share)
    return;
  if (self->share != NULL)
    g_signal_handlers_disconnect_by_func (self->share, update, self);
  g_set_object (&self->node, node);
  g_set_object (&self->share, share);
  lan_share_log_set_share (self->log, node, NULL);
  if (share == NULL) {
    lan_share_files_set_share (self->files, NULL);
    lan_share_people_set_share (self->people, node, NULL);
    return;
  }
  g_signal_connect_object (share, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  folder = lan_files_dup_folder ();
  gtk_file_chooser_set_current_folder (self->target_button, folder);
  gtk_toggle_button_set_active (self->files_button, TRUE);
  update (self);
}

LanShare *
lan_share_view_get_share (LanShareView *self)
{
  return self->share;
}

void
lan_share_view_set_folded (LanShareView *self, gboolean folded)
{
  gtk_widget_set_visible (self->back_button, folded);
}

HdyHeaderBar *
lan_share_view_get_header (LanShareView *self)
{
  return self->header;
}

static void
get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  GTK_WIDGET_CLASS (lan_share_view_parent_class)->get_preferred_width (widget, minimum, natural);
  *natural = MAX (*minimum, NATURAL_WIDTH);
}

static void
dispose (GObject *object)
{
  LanShareView *self = LAN_SHARE_VIEW (object);

  g_clear_object (&self->share);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_share_view_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LanShareView, header);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, back_button);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, title_label);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, line_label);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, folder_button);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, invite_bar);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, invite_label);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, target_button);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, keep_check);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, error_bar);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, error_label);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, place_button);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, conflict_bar);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, conflict_label);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, files_button);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, people_button);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, log_button);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, pages);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, files);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, people);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, log);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, fetch_item);
  gtk_widget_class_bind_template_child (widget_class, LanShareView, leave_item);
}

static void
lan_share_view_class_init (LanShareViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->get_preferred_width = get_preferred_width;
  g_type_ensure (LAN_TYPE_SHARE_FILES);
  g_type_ensure (LAN_TYPE_SHARE_PEOPLE);
  g_type_ensure (LAN_TYPE_SHARE_LOG);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/share-view.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_tab);
  gtk_widget_class_bind_template_callback (widget_class, on_see_conflicts);
  gtk_widget_class_bind_template_callback (widget_class, on_open_folder);
  gtk_widget_class_bind_template_callback (widget_class, on_fetch_all);
  gtk_widget_class_bind_template_callback (widget_class, on_look);
  gtk_widget_class_bind_template_callback (widget_class, on_leave);
  gtk_widget_class_bind_template_callback (widget_class, on_accept);
  gtk_widget_class_bind_template_callback (widget_class, on_place);
  gtk_widget_class_bind_template_callback (widget_class, on_decline);
}

static void
lan_share_view_init (LanShareView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
