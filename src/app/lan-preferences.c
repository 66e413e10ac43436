/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-preferences.h"

#include "lan-backup-page.h"
#include "lan-company-page.h"
#include "lan-devices-page.h"
#include "lan-files.h"
#include "lan-sound-page.h"

#include <glib/gi18n.h>
#include <lan-node-carry.h>

struct _LanPreferences {
  HdyPreferencesWindow parent;
  LanNode *node;
  LanWindowState *state; /* the application's; lives longer */
  gboolean is_filling;
  GtkEntry *name_entry;
  GtkSwitch *enter_switch;
  GtkSwitch *format_switch;
  GtkSwitch *notify_switch;
  GtkSwitch *notify_text_switch;
  GtkSwitch *receipts_switch;
  GtkSwitch *typing_switch;
  GtkSwitch *hidden_switch;
  GtkSwitch *carry_switch;
  GtkSwitch *away_switch;
  GtkSwitch *pictures_switch;
  GtkFileChooser *folder_button;
  GtkSpinButton *limit_spin;
  GtkToggleButton *system_button;
  GtkToggleButton *light_button;
  GtkToggleButton *dark_button;
  GtkEntry *interfaces_entry;
  GtkEntry *hosts_entry;
  HdyActionRow *name_row;
  HdyActionRow *hosts_row;
  LanCompanyPage *company_page;
  LanDevicesPage *devices_page;
  LanBackupPage *backup_page;
  LanSoundPage *sound_page;
};

static guint changed_signal;

G_DEFINE_TYPE (LanPreferences, lan_preferences, HDY_TYPE_PREFERENCES_WINDOW)

/* Which switch stands for which setting. */
static GtkSwitch *
switch_for (LanPreferences *self, guint i, const char **key)
{
  GtkSwitch *const switches[] = { self->enter_switch,       self->notify_switch,
                                  self->notify_text_switch, self->receipts_switch,
                                  self->typing_switch,      self->away_switch,
                                  self->format_switch,      self->pictures_switch };
  static const char *const keys[] = { LAN_SETTING_ENTER_SENDS, LAN_SETTING_NOTIFY,
                                      LAN_SETTING_NOTIFY_TEXT, LAN_SETTING_READ_RECEIPTS,
                                      LAN_SETTING_TELL_TYPING, LAN_SETTING_AUTO_AWAY,
                                      LAN_SETTING_FORMATS,     LAN_SETTING_PICTURES };

  if (i >= G_N_ELEMENTS (switches))
    return NULL;
  *key = keys[i];
  return switches[i];
}

static void
on_switch (GtkSwitch *which, GParamSpec *pspec, LanPreferences *self)
{
  const char *key;
  GtkSwitch *candidate;

  if (self->is_filling)
    return;
  if (which == self->hidden_switch)
    lan_node_set_hidden (self->node, gtk_switch_get_active (which));
  if (which == self->carry_switch)
    lan_node_set_carrying (self->node, gtk_switch_get_active (which));
  for (guint i = 0; (candidate = switch_for (self, i, &key)) != NULL; i++) {
    if (candidate == which)
      lan_settings_set_bool (self->node, key, gtk_switch_get_active (which));
  }
  g_signal_emit (self, changed_signal, 0);
}

static void
on_name (LanPreferences *self)
{
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (gtk_entry_get_text (self->name_entry),
                 lan_person_get_name (lan_node_get_self (self->node))) == 0)
    return;
  if (lan_node_set_name (self->node, gtk_entry_get_text (self->name_entry), &error))
    hdy_action_row_set_subtitle (self->name_row, _ ("Everybody sees the new name"));
  else
    hdy_action_row_set_subtitle (self->name_row,
                                 _ ("A name needs at least one letter, and at most 48 bytes"));
}

static gboolean
on_name_left (LanPreferences *self)
{
  on_name (self);
  return FALSE;
}

static void
on_folder (LanPreferences *self)
{
  g_autofree char *folder = gtk_file_chooser_get_filename (self->folder_button);

  if (folder == NULL || self->is_filling)
    return;
  lan_node_set_setting (self->node, LAN_SETTING_FOLDER, folder);
  lan_files_set_folder (folder);
}

static void
on_limit (LanPreferences *self)
{
  if (!self->is_filling)
    lan_node_set_file_limit (self->node,
                             (guint64) (gtk_spin_button_get_value (self->limit_spin) * 1e6));
}

static void
on_look (LanPreferences *self, GtkToggleButton *button)
{
  LanLook look = LAN_LOOK_SYSTEM;

  if (self->is_filling || !gtk_toggle_button_get_active (button))
    return;
  if (button == self->light_button)
    look = LAN_LOOK_LIGHT;
  else if (button == self->dark_button)
    look = LAN_LOOK_DARK;
  lan_window_state_set_look (self->state, look);
  g_signal_emit (self, changed_signal, 0);
}

static char **
split (GtkEntry *entry)
{
  g_auto (GStrv) parts = g_strsplit_set (gtk_entry_get_text (entry), " ,;\t", -1);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; parts[i] != NULL; i++) {
    if (*parts[i] != '\0')
      g_ptr_array_add (names, g_strdup (parts[i]));
  }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

static void
on_interfaces (LanPreferences *self)
{
  g_auto (GStrv) names = split (self->interfaces_entry);

  if (!self->is_filling)
    lan_window_state_set_interfaces (self->state, (const char *const *) names);
}

static void
on_hosts (LanPreferences *self)
{
  g_auto (GStrv) hosts = split (self->hosts_entry);
  gboolean all_good = TRUE;

  for (guint i = 0; hosts[i] != NULL; i++)
    all_good = lan_node_add_address (self->node, hosts[i], NULL) && all_good;
  hdy_action_row_set_subtitle (
      self->hosts_row, all_good
                           ? _ ("Looked for at each start")
                           : _ ("Only number addresses, such as 192.0.2.7 or 192.0.2.7:24789"));
  if (all_good)
    lan_node_set_setting (self->node, LAN_SETTING_HOSTS, gtk_entry_get_text (self->hosts_entry));
}

static void
fill (LanPreferences *self)
{
  g_auto (GStrv) interfaces = lan_window_state_dup_interfaces (self->state);
  g_autofree char *names = interfaces != NULL ? g_strjoinv (" ", interfaces) : g_strdup ("");
  g_autofree char *folder = lan_files_dup_folder ();
  const char *hosts = lan_node_get_setting (self->node, LAN_SETTING_HOSTS);
  GtkToggleButton *const looks[] = { self->system_button, self->light_button, self->dark_button };
  GtkSwitch *which;
  const char *key;

  self->is_filling = TRUE;
  gtk_entry_set_text (self->name_entry, lan_person_get_name (lan_node_get_self (self->node)));
  for (guint i = 0; (which = switch_for (self, i, &key)) != NULL; i++)
    gtk_switch_set_active (which, lan_settings_get_bool (self->node, key));
  gtk_switch_set_active (self->hidden_switch, lan_node_get_hidden (self->node));
  gtk_switch_set_active (self->carry_switch, lan_node_get_carrying (self->node));
  gtk_file_chooser_set_filename (self->folder_button, folder);
  gtk_spin_button_set_value (self->limit_spin, (double) lan_node_get_file_limit (self->node) / 1e6);
  gtk_toggle_button_set_active (looks[lan_window_state_get_look (self->state)], TRUE);
  gtk_entry_set_text (self->interfaces_entry, names);
  gtk_entry_set_text (self->hosts_entry, hosts != NULL ? hosts : "");
  self->is_filling = FALSE;
}

static void
dispose (GObject *object)
{
  LanPreferences *self = LAN_PREFERENCES (object);

  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_preferences_parent_class)->dispose (object);
}

static void
lan_preferences_class_init (LanPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  changed_signal = g_signal_new ("changed", LAN_TYPE_PREFERENCES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  g_type_ensure (LAN_TYPE_BACKUP_PAGE);
  g_type_ensure (LAN_TYPE_COMPANY_PAGE);
  g_type_ensure (LAN_TYPE_DEVICES_PAGE);
  g_type_ensure (LAN_TYPE_SOUND_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, name_row);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, name_entry);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, enter_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, format_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, notify_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, notify_text_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, receipts_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, typing_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, pictures_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, hidden_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, carry_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, away_switch);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, folder_button);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, limit_spin);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, system_button);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, light_button);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, dark_button);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, interfaces_entry);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, hosts_row);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, hosts_entry);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, company_page);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, devices_page);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, backup_page);
  gtk_widget_class_bind_template_child (widget_class, LanPreferences, sound_page);
  gtk_widget_class_bind_template_callback (widget_class, on_switch);
  gtk_widget_class_bind_template_callback (widget_class, on_name);
  gtk_widget_class_bind_template_callback (widget_class, on_name_left);
  gtk_widget_class_bind_template_callback (widget_class, on_folder);
  gtk_widget_class_bind_template_callback (widget_class, on_limit);
  gtk_widget_class_bind_template_callback (widget_class, on_look);
  gtk_widget_class_bind_template_callback (widget_class, on_interfaces);
  gtk_widget_class_bind_template_callback (widget_class, on_hosts);
}

static void
lan_preferences_init (LanPreferences *self)
{
  self->is_filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_preferences_new (LanNode *node, LanWindowState *state)
{
  LanPreferences *self = g_object_new (LAN_TYPE_PREFERENCES, NULL);

  self->node = g_object_ref (node);
  self->state = state;
  lan_company_page_set_node (self->company_page, node);
  lan_devices_page_set_node (self->devices_page, node);
  lan_backup_page_set_node (self->backup_page, node);
  lan_sound_page_set_node (self->sound_page, node);
  fill (self);
  return GTK_WIDGET (self);
}
