/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-backup-page.h"

#include <lan-node-backup.h>

#include <glib/gi18n.h>
#include <string.h>

#define SETTING_CONFIRMED "backup.confirmed" /* that the recovery code was written down */
#define SETTING_LAST      "backup.last"      /* when one was made, Unix seconds */
#define ASKED_GROUP       2                  /* of the code, from 0: which is to be typed */

struct _LanBackupPage {
  HdyPreferencesPage parent;
  LanNode *node;
  char *code;                /* NULL: not shown */
  GCancellable *cancellable; /* of what is asked for while the page is there */
  GCancellable *making;      /* NULL: no backup is being made */
  HdyActionRow *code_row;
  GtkWidget *code_button;
  GtkWidget *shown_box;
  GtkLabel *code_label;
  GtkWidget *confirm_row;
  GtkEntry *confirm_entry;
  HdyActionRow *backup_row;
  GtkWidget *backup_button;
  GtkWidget *cancel_button;
  GtkProgressBar *progress_bar;
};

G_DEFINE_TYPE (LanBackupPage, lan_backup_page, HDY_TYPE_PREFERENCES_PAGE)

char *
lan_backup_page_describe (const GError *error)
{
  if (g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PASSPHRASE_WRONG))
    return g_strdup (_ ("This code or passphrase does not open it. A recovery code has 30 letters "
                        "and digits; look at it again."));
  if (g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED))
    return g_strdup (_ ("This file is no backup, or it is cut short or damaged. Use another copy "
                        "of it."));
  if (g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NEWER))
    return g_strdup (_ ("This backup was made by a newer version. Update this program first."));
  if (g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_DISK_FULL))
    return g_strdup (_ ("The disk is full."));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup (_ ("Cancelled; nothing was kept."));
  return g_strdup_printf (_ ("This did not work: %s"), error->message);
}

void
lan_backup_page_set_folder (GtkFileChooser *chooser)
{
  const char *documents = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);

  gtk_file_chooser_set_current_folder (chooser, documents != NULL ? documents : g_get_home_dir ());
}

/* A row does not tell a screen reader of its second line by itself. */
static void
say (HdyActionRow *row, const char *text)
{
  g_autofree char *both =
      g_strdup_printf ("%s: %s", hdy_preferences_row_get_title (HDY_PREFERENCES_ROW (row)), text);

  hdy_action_row_set_subtitle (row, text);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (row)), both);
}

/* --- the code --- */

static gboolean
is_confirmed (LanBackupPage *self)
{
  return lan_node_get_setting (self->node, SETTING_CONFIRMED) != NULL;
}

static void
show_code_state (LanBackupPage *self, gboolean exists)
{
  gboolean confirmed = is_confirmed (self);

  say (self->code_row, !exists     ? _ ("None was made yet")
                       : confirmed ? _ ("You have written it down")
                                   : _ ("Not confirmed yet: show it and write it down"));
  gtk_button_set_label (GTK_BUTTON (self->code_button), exists ? _ ("Show Code") : _ ("Make Code"));
  g_object_set_data (G_OBJECT (self->code_button), "exists", GINT_TO_POINTER (exists));
  gtk_widget_set_sensitive (self->backup_button, exists && self->making == NULL);
  gtk_widget_set_visible (self->shown_box, self->code != NULL);
  gtk_widget_set_visible (self->confirm_row, self->code != NULL && !confirmed);
  gtk_widget_set_visible (self->code_button, self->code == NULL);
}

static void
forget_code (LanBackupPage *self)
{
  if (self->code != NULL)
    explicit_bzero (self->code, strlen (self->code));
  g_clear_pointer (&self->code, g_free);
}

static void
on_code (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanBackupPage *self = user_data;
  g_autoptr (GError) error = NULL;
  char *code = lan_node_get_recovery_code_finish (LAN_NODE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the page is gone */
  if (code == NULL && !g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND)) {
    g_autofree char *text = lan_backup_page_describe (error);

    say (self->code_row, text);
    return;
  }
  forget_code (self);
  self->code = code;
  gtk_label_set_text (self->code_label, code != NULL ? code : "");
  show_code_state (self, code != NULL);
  if (code != NULL && !is_confirmed (self))
    gtk_widget_grab_focus (GTK_WIDGET (self->confirm_entry));
}

/* Only whether there is one. */
static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanBackupPage *self = user_data;
  g_autoptr (GError) error = NULL;
  char *code = lan_node_get_recovery_code_finish (LAN_NODE (source), result, &error);
  gboolean exists = code != NULL;

  if (code != NULL)
    explicit_bzero (code, strlen (code));
  g_free (code);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_code_state (self, exists);
}

static void
on_show_code (LanBackupPage *self)
{
  gboolean exists = g_object_get_data (G_OBJECT (self->code_button), "exists") != NULL;

  lan_node_get_recovery_code_async (self->node, !exists, self->cancellable, on_code, self);
}

static void
on_confirm_changed (LanBackupPage *self)
{
  g_auto (GStrv) groups = self->code != NULL ? g_strsplit (self->code, "-", -1) : NULL;
  g_autofree char *typed = g_ascii_strup (gtk_entry_get_text (self->confirm_entry), -1);

  if (groups == NULL || g_strv_length (groups) <= ASKED_GROUP ||
      !g_str_equal (g_strstrip (typed), groups[ASKED_GROUP]))
    return;
  lan_node_set_setting (self->node, SETTING_CONFIRMED, "1");
  gtk_entry_set_text (self->confirm_entry, "");
  forget_code (self);
  gtk_label_set_text (self->code_label, "");
  show_code_state (self, TRUE);
}

static char *
make_sheet (LanBackupPage *self)
{
  return g_strdup_printf (_ ("Recovery code of %s in Lanyard\n\n%s\n\nIt opens backups of this "
                             "profile. Keep it where the computer is not.\n"),
                          lan_person_get_name (lan_node_get_self (self->node)), self->code);
}

static GtkWindow *
window_of (LanBackupPage *self)
{
  return GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self)));
}

/* Asks for a place to write to; @on_response gets it. The dialog lives until it was answered. */
static GtkFileChooser *
ask_place (LanBackupPage *self, const char *title, const char *name, GCallback on_response)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      title, window_of (self), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));

  lan_backup_page_set_folder (GTK_FILE_CHOOSER (dialog));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect_object (dialog, "response", on_response, self, 0);
  g_signal_connect_after (dialog, "response", G_CALLBACK (g_object_unref), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
  return GTK_FILE_CHOOSER (dialog);
}

static void
on_save_place (GtkFileChooser *dialog, int response, LanBackupPage *self)
{
  g_autofree char *sheet = NULL, *path = gtk_file_chooser_get_filename (dialog);
  g_autoptr (GError) error = NULL;

  if (response != GTK_RESPONSE_ACCEPT || path == NULL || self->code == NULL)
    return;
  sheet = make_sheet (self);
  if (!g_file_set_contents_full (path, sheet, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    say (self->code_row, error->message);
}

static void
on_save_code (LanBackupPage *self)
{
  gtk_file_chooser_set_do_overwrite_confirmation (ask_place (self, _ ("Save Recovery Code"),
                                                             _ ("Lanyard recovery code.txt"),
                                                             G_CALLBACK (on_save_place)),
                                                  TRUE);
}

static void
on_draw_page (GtkPrintOperation *print, GtkPrintContext *context, int page, gpointer user_data)
{
  g_autoptr (PangoLayout) layout = gtk_print_context_create_pango_layout (context);
  g_autofree char *sheet = make_sheet (user_data);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Monospace 14");

  pango_layout_set_font_description (layout, font);
  pango_layout_set_width (layout, (int) (gtk_print_context_get_width (context) * PANGO_SCALE));
  pango_layout_set_text (layout, sheet, -1);
  pango_cairo_show_layout (gtk_print_context_get_cairo_context (context), layout);
}

static void
on_print_code (LanBackupPage *self)
{
  g_autoptr (GtkPrintOperation) print = gtk_print_operation_new ();
  g_autoptr (GError) error = NULL;

  gtk_print_operation_set_n_pages (print, 1);
  gtk_print_operation_set_job_name (print, _ ("Recovery code"));
  g_signal_connect_object (print, "draw-page", G_CALLBACK (on_draw_page), self, 0);
  if (gtk_print_operation_run (print, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, window_of (self),
                               &error) == GTK_PRINT_OPERATION_RESULT_ERROR)
    say (self->code_row, error->message);
}

/* --- the backup --- */

static void
show_making (LanBackupPage *self, gboolean on)
{
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), on);
  gtk_widget_set_visible (self->cancel_button, on);
  gtk_widget_set_visible (self->backup_button, !on);
  gtk_widget_set_sensitive (self->backup_button, TRUE);
}

static void
show_last (LanBackupPage *self)
{
  const char *last = lan_node_get_setting (self->node, SETTING_LAST);
  g_autoptr (GDateTime) at =
      last != NULL ? g_date_time_new_from_unix_local (g_ascii_strtoll (last, NULL, 10)) : NULL;
  g_autofree char *day = at != NULL ? g_date_time_format (at, "%F %H:%M") : NULL;
  g_autofree char *text = day != NULL ? g_strdup_printf (_ ("The last one: %s"), day) : NULL;

  say (self->backup_row,
       text != NULL ? text : _ ("Keys, contacts, chats and settings in one sealed file"));
}

static void
on_progress (guint percent, gpointer user_data)
{
  LanBackupPage *self = user_data;

  gtk_progress_bar_set_fraction (self->progress_bar, percent / 100.0);
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanBackupPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = lan_node_backup_finish (LAN_NODE (source), result, &error);
  g_autofree char *text = NULL;

  g_clear_object (&self->making);
  if (self->node == NULL)
    return; /* the window is gone */
  show_making (self, FALSE);
  if (n >= 0) {
    g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, g_get_real_time () / 1000000);

    lan_node_set_setting (self->node, SETTING_LAST, now);
    text = g_strdup_printf (ngettext ("Done: %d message is in it. Keep it on another disk.",
                                      "Done: %d messages are in it. Keep it on another disk.",
                                      (gulong) n),
                            (int) n);
  } else {
    text = lan_backup_page_describe (error);
  }
  say (self->backup_row, text);
  gtk_widget_grab_focus (self->backup_button);
}

static void
on_backup_place (GtkFileChooser *dialog, int response, LanBackupPage *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (dialog);

  if (response != GTK_RESPONSE_ACCEPT || path == NULL || self->making != NULL)
    return;
  self->making = g_cancellable_new ();
  gtk_progress_bar_set_fraction (self->progress_bar, 0);
  say (self->backup_row, _ ("Being written. You can go on working."));
  show_making (self, TRUE);
  lan_node_backup_async (self->node, path, NULL, on_progress, self, self->making, on_made,
                         g_object_ref (self));
}

static void
on_backup (LanBackupPage *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *day = g_date_time_format (now, "%F");
  g_autofree char *name = g_strdup_printf ("lanyard-%s.backup", day);

  (void) ask_place (self, _ ("Back Up"), name, G_CALLBACK (on_backup_place));
}

static void
on_cancel (LanBackupPage *self)
{
  if (self->making != NULL)
    g_cancellable_cancel (self->making);
}

static void
dispose (GObject *object)
{
  LanBackupPage *self = LAN_BACKUP_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  on_cancel (self);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_backup_page_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  LanBackupPage *self = LAN_BACKUP_PAGE (object);

  forget_code (self);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (lan_backup_page_parent_class)->finalize (object);
}

static void
lan_backup_page_class_init (LanBackupPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/backup-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, code_row);
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, code_button);
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, shown_box);
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, code_label);
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, confirm_row);
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, confirm_entry);
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, backup_row);
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, backup_button);
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, LanBackupPage, progress_bar);
  gtk_widget_class_bind_template_callback (widget_class, on_show_code);
  gtk_widget_class_bind_template_callback (widget_class, on_confirm_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_save_code);
  gtk_widget_class_bind_template_callback (widget_class, on_print_code);
  gtk_widget_class_bind_template_callback (widget_class, on_backup);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
}

static void
lan_backup_page_init (LanBackupPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lan_backup_page_set_node (LanBackupPage *self, LanNode *node)
{
  self->node = g_object_ref (node);
  show_last (self);
  show_code_state (self, FALSE);
  lan_node_get_recovery_code_async (node, FALSE, self->cancellable, on_looked, self);
}
