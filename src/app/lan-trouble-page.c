/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-trouble-page.h"

#include <glib/gi18n.h>
#include <lan-node-error.h>

struct _LanTroublePage {
  GtkBox parent;
  HdyStatusPage *status;
  GtkEntry *passphrase_entry;
  GtkButton *retry_button;
  GtkLabel *detail_label;
};

static guint retry_signal;

G_DEFINE_TYPE (LanTroublePage, lan_trouble_page, GTK_TYPE_BOX)

typedef struct {
  int code;
  const char *icon;
  const char *title;
  const char *text;
} Trouble;

static const Trouble troubles[] = {
  { LAN_NODE_ERROR_PROFILE_IN_USE, "system-users-symbolic", N_ ("Already open elsewhere"),
    N_ ("Another program, perhaps lanyard-cli, has this profile open. Close it there and try "
        "again, or start with another profile.") },
  { LAN_NODE_ERROR_PASSPHRASE_NEEDED, "dialog-password-symbolic", N_ ("Locked"),
    N_ ("This profile is locked with a passphrase.") },
  { LAN_NODE_ERROR_PASSPHRASE_WRONG, "dialog-password-symbolic", N_ ("That was not it"),
    N_ ("The passphrase is another one. Nothing was changed; try again.") },
  { LAN_NODE_ERROR_KEYRING, "dialog-password-symbolic", N_ ("The keyring does not answer"),
    N_ ("The key of this profile is in the system's keyring. Unlock the keyring and try again.") },
  { LAN_NODE_ERROR_DAMAGED, "dialog-error-symbolic", N_ ("The profile is damaged"),
    N_ ("A file of the profile cannot be read as it was written. Nothing was changed. Put the "
        "folder back from a backup, or move it away to begin anew.") },
  { LAN_NODE_ERROR_HISTORY, "dialog-error-symbolic", N_ ("The history is damaged"),
    N_ ("Your name and keys are whole; the messages kept on this computer cannot be read as they "
        "were written. Nothing was changed. Put the file 'history' back from a backup, or move it, "
        "and the files whose names begin like it, out of the folder below: then this profile opens "
        "with an empty history, and contacts know you as before.") },
  { LAN_NODE_ERROR_NEWER, "software-update-available-symbolic", N_ ("Made by a newer Lanyard"),
    N_ ("A newer version has written this profile. Install that version to open it; nothing was "
        "changed.") },
  { LAN_NODE_ERROR_DISK_FULL, "drive-harddisk-symbolic", N_ ("The disk is full"),
    N_ ("There is no room left where the profile is kept. Make room and try again.") },
  { LAN_NODE_ERROR_NETWORK, "network-error-symbolic", N_ ("The network cannot be used like this"),
    N_ ("The port is taken or the interface does not exist. Start without these options or choose "
        "others.") },
};

/* What node says in these very words is shown in the person's language. */
static const char *const details[] = {
  N_ ("the key store is damaged: put back a backup of the profile's 'keys'"),
  N_ ("the key store lacks a key: put back a backup"),
  N_ ("the certificate in the key store is damaged: put back a backup"),
  N_ ("the keys in the key store do not belong together: put back a backup"),
  N_ ("the key in the keyring does not open this profile: one of them is damaged"),
  N_ ("the profile was written by a newer version: update this program"),
  N_ ("the profile is locked in a way this version does not know: update this program"),
};

/* Returns: (nullable): NULL where the text of the page says as much. */
static const char *
find_detail (const GError *error, gboolean is_known)
{
  for (guint i = 0; i < G_N_ELEMENTS (details); i++) {
    if (g_str_equal (error->message, details[i]))
      return _ (details[i]);
  }
  return is_known && error->code != LAN_NODE_ERROR_NETWORK ? NULL : error->message;
}

static void
show_detail (LanTroublePage *self, const GError *error, gboolean is_known, const char *folder)
{
  const char *detail = find_detail (error, is_known);
  g_autofree char *place = g_strdup_printf (_ ("Folder: %s"), folder);
  g_autofree char *text =
      detail != NULL ? g_strconcat (detail, "\n", place, NULL) : g_strdup (place);

  gtk_label_set_text (self->detail_label, text);
}

/* The status page keeps its labels to itself: a screen reader is told them here. */
static void
show_text (LanTroublePage *self, const char *icon, const char *title, const char *text)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (self->status));

  hdy_status_page_set_icon_name (self->status, icon);
  hdy_status_page_set_title (self->status, title);
  hdy_status_page_set_description (self->status, text);
  atk_object_set_name (accessible, title);
  atk_object_set_description (accessible, text);
}

void
lan_trouble_page_show_error (LanTroublePage *self, const GError *error, const char *folder)
{
  Trouble trouble = { 0, "dialog-error-symbolic", N_ ("This profile cannot be opened"),
                      N_ ("What the system said stands below. Try again, or start with another "
                          "profile.") };
  gboolean asks;

  for (guint i = 0; error->domain == LAN_NODE_ERROR && i < G_N_ELEMENTS (troubles); i++) {
    if (troubles[i].code == error->code)
      trouble = troubles[i];
  }
  asks = trouble.code == LAN_NODE_ERROR_PASSPHRASE_NEEDED ||
         trouble.code == LAN_NODE_ERROR_PASSPHRASE_WRONG;
  show_text (self, trouble.icon, _ (trouble.title), _ (trouble.text));
  gtk_widget_set_visible (GTK_WIDGET (self->passphrase_entry), asks);
  gtk_button_set_label (self->retry_button, asks ? _ ("Unlock") : _ ("Try again"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->retry_button), TRUE);
  show_detail (self, error, trouble.code != 0, folder);
  gtk_widget_set_visible (GTK_WIDGET (self->detail_label), !asks);
  gtk_widget_grab_focus (asks ? GTK_WIDGET (self->passphrase_entry)
                              : GTK_WIDGET (self->retry_button));
}

static void
on_retry (LanTroublePage *self)
{
  g_autofree char *passphrase = NULL;

  if (gtk_widget_get_visible (GTK_WIDGET (self->passphrase_entry)))
    passphrase = g_strdup (gtk_entry_get_text (self->passphrase_entry));
  gtk_widget_set_sensitive (GTK_WIDGET (self->retry_button), FALSE);
  gtk_entry_set_text (self->passphrase_entry, "");
  g_signal_emit (self, retry_signal, 0, passphrase);
}

static void
lan_trouble_page_class_init (LanTroublePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  retry_signal = g_signal_new ("retry", LAN_TYPE_TROUBLE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/trouble-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LanTroublePage, status);
  gtk_widget_class_bind_template_child (widget_class, LanTroublePage, passphrase_entry);
  gtk_widget_class_bind_template_child (widget_class, LanTroublePage, retry_button);
  gtk_widget_class_bind_template_child (widget_class, LanTroublePage, detail_label);
  gtk_widget_class_bind_template_callback (widget_class, on_retry);
}

static void
lan_trouble_page_init (LanTroublePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_trouble_page_new (void)
{
  return g_object_new (LAN_TYPE_TROUBLE_PAGE, NULL);
}
