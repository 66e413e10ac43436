/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-first-start.h"

#include "lan-avatar.h"
#include "lan-backup-page.h"
#include "lan-server-look.h"

#include <glib/gi18n.h>
#include <string.h>

/* A display name has at most 48 bytes (SECURITY 4.1); node cuts at a character. */
#define NAME_BYTES 48

struct _LanFirstStart {
  GtkBox parent;
  LanAvatar *avatar;
  GtkEntry *name_entry;
  GtkToggleButton *invite_button;
  GtkWidget *invite_revealer;
  GtkEntry *invite_entry;
  GtkToggleButton *restore_button;
  GtkWidget *restore_box;
  GtkEntry *restore_file;
  GtkEntry *restore_entry;
  GtkWidget *start_button;
  GtkLabel *start_label;
  GtkWidget *spinner;
  GtkLabel *error_label;
};

static guint start_signal, restore_signal;

G_DEFINE_TYPE (LanFirstStart, lan_first_start, GTK_TYPE_BOX)

static char *
dup_name (LanFirstStart *self)
{
  return g_strstrip (g_strdup (gtk_entry_get_text (self->name_entry)));
}

/* What was pasted and is wanted; "" without an invitation. */
static char *
dup_invite (LanFirstStart *self)
{
  if (!gtk_toggle_button_get_active (self->invite_button))
    return g_strdup ("");
  return g_strstrip (g_strdup (gtk_entry_get_text (self->invite_entry)));
}

static gboolean
is_restoring (LanFirstStart *self)
{
  return gtk_toggle_button_get_active (self->restore_button);
}

static gboolean
may_restore (LanFirstStart *self)
{
  return g_path_is_absolute (gtk_entry_get_text (self->restore_file)) &&
         gtk_entry_get_text_length (self->restore_entry) > 0;
}

static void
on_changed (LanFirstStart *self)
{
  g_autofree char *name = dup_name (self);
  g_autofree char *invite = dup_invite (self);
  const char *error = NULL;

  if (strlen (name) > NAME_BYTES)
    error = _ ("This name is too long: at most 48 letters, or 16 characters of Chinese.");
  else if (*invite != '\0' && !lan_server_look_is_invite (invite))
    error = _ ("This is no invitation link. It begins with lanyard:// and is one line.");
  lan_avatar_set_name (self->avatar, *name != '\0' ? name : "?");
  gtk_widget_set_sensitive (self->start_button, is_restoring (self)
                                                    ? may_restore (self)
                                                    : *name != '\0' && error == NULL);
  gtk_label_set_text (self->error_label, error != NULL ? error : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), error != NULL);
}

static void
on_invite_toggled (LanFirstStart *self)
{
  gboolean on = gtk_toggle_button_get_active (self->invite_button);

  gtk_widget_set_visible (self->invite_revealer, on);
  if (on)
    gtk_widget_grab_focus (GTK_WIDGET (self->invite_entry));
  on_changed (self);
}

static void
on_chosen (GtkFileChooser *dialog, int response, LanFirstStart *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (dialog);

  if (response == GTK_RESPONSE_ACCEPT && path != NULL && g_utf8_validate (path, -1, NULL))
    gtk_entry_set_text (self->restore_file, path);
}

static void
on_choose (LanFirstStart *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (_ ("Backup to restore from"), GTK_WINDOW (window),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Choose"), _ ("_Cancel"));

  lan_backup_page_set_folder (GTK_FILE_CHOOSER (dialog));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_chosen), self, 0);
  g_signal_connect_after (dialog, "response", G_CALLBACK (g_object_unref), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* The name comes out of the backup, and whoever has one needs no invitation. */
static void
on_restore_toggled (LanFirstStart *self)
{
  gboolean on = is_restoring (self);

  gtk_widget_set_visible (self->restore_box, on);
  gtk_widget_set_visible (GTK_WIDGET (self->invite_button), !on);
  gtk_widget_set_sensitive (GTK_WIDGET (self->name_entry), !on);
  if (on)
    gtk_toggle_button_set_active (self->invite_button, FALSE);
  gtk_label_set_text (self->start_label, on ? _ ("Restore") : _ ("Start"));
  on_changed (self);
}

static void
on_start (LanFirstStart *self)
{
  g_autofree char *name = dup_name (self);
  g_autofree char *invite = dup_invite (self);

  if (!gtk_widget_get_sensitive (self->start_button))
    return;
  gtk_widget_set_sensitive (self->start_button, FALSE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->name_entry), FALSE);
  gtk_widget_show (self->spinner);
  if (is_restoring (self))
    g_signal_emit (self, restore_signal, 0, gtk_entry_get_text (self->restore_file),
                   gtk_entry_get_text (self->restore_entry));
  else
    g_signal_emit (self, start_signal, 0, name, invite);
}

void
lan_first_start_fail (LanFirstStart *self, const char *text)
{
  gtk_widget_set_sensitive (self->start_button, TRUE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->name_entry), !is_restoring (self));
  gtk_widget_hide (self->spinner);
  gtk_label_set_text (self->error_label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), text != NULL);
}

/* The system knows the real name, or at least how one logs in. */
static const char *
system_name (void)
{
  const char *real = g_get_real_name ();

  if (real == NULL || *real == '\0' || g_str_equal (real, "Unknown") ||
      !g_utf8_validate (real, -1, NULL))
    real = g_get_user_name ();
  return g_utf8_validate (real, -1, NULL) ? real : "";
}

static void
lan_first_start_class_init (LanFirstStartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  start_signal = g_signal_new ("start", LAN_TYPE_FIRST_START, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  restore_signal = g_signal_new ("restore", LAN_TYPE_FIRST_START, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  g_type_ensure (LAN_TYPE_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/first-start.ui");
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, avatar);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, name_entry);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, invite_button);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, invite_revealer);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, invite_entry);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, restore_button);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, restore_box);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, restore_file);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, restore_entry);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, start_button);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, start_label);
  gtk_widget_class_bind_template_callback (widget_class, on_restore_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_choose);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, spinner);
  gtk_widget_class_bind_template_child (widget_class, LanFirstStart, error_label);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_invite_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_start);
}

static void
lan_first_start_init (LanFirstStart *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_entry_set_text (self->name_entry, system_name ());
  on_changed (self);
}

GtkWidget *
lan_first_start_new (void)
{
  return g_object_new (LAN_TYPE_FIRST_START, NULL);
}
