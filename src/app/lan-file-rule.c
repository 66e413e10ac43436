/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-file-rule.h"

#include "lan-files.h"

#include <glib/gi18n.h>

#define MB            1e6
#define FIRST_SIZE_MB 100.0

struct _LanFileRule {
  GtkBox parent;
  LanNode *node;
  LanPerson *person;
  gboolean is_filling;
  GtkWidget *switch_row;
  GtkSwitch *rule_switch;
  GtkLabel *why_label;
  GtkWidget *choices;
  GtkSpinButton *size_spin;
  GtkFileChooser *folder_button;
};

G_DEFINE_TYPE (LanFileRule, lan_file_rule, GTK_TYPE_BOX)

/* Only then does node follow the rule (SECURITY section 7, rule f). */
static gboolean
is_sure (LanPerson *person)
{
  LanPersonTrust trust = lan_person_get_trust (person);

  return trust == LAN_PERSON_TRUST_VERIFIED || trust == LAN_PERSON_TRUST_ATTESTED;
}

static void
update (LanFileRule *self)
{
  g_autofree char *folder = NULL;
  guint64 bytes = lan_node_get_auto_accept (self->node, self->person, &folder);
  gboolean sure = is_sure (self->person);

  self->is_filling = TRUE;
  if (folder == NULL)
    folder = lan_files_dup_folder ();
  gtk_switch_set_active (self->rule_switch, bytes > 0);
  gtk_widget_set_sensitive (self->switch_row, sure || bytes > 0);
  gtk_label_set_text (self->why_label,
                      sure ? _ ("Larger ones wait for your answer. Nothing opens by itself.")
                           : _ ("Only once their identity is verified: compare the words first."));
  gtk_widget_set_visible (self->choices, bytes > 0);
  gtk_spin_button_set_value (self->size_spin, bytes > 0 ? (double) bytes / MB : FIRST_SIZE_MB);
  gtk_file_chooser_set_filename (self->folder_button, folder);
  self->is_filling = FALSE;
}

static void
save (LanFileRule *self)
{
  g_autofree char *folder = NULL;
  double size = gtk_spin_button_get_value (self->size_spin);

  if (self->is_filling || self->person == NULL)
    return;
  folder = gtk_file_chooser_get_filename (self->folder_button);
  if (folder == NULL)
    folder = lan_files_dup_folder ();
  lan_node_set_auto_accept (self->node, self->person,
                            gtk_switch_get_active (self->rule_switch) ? (guint64) (size * MB) : 0,
                            folder);
}

static void
on_switch (LanFileRule *self)
{
  if (self->is_filling || self->person == NULL)
    return;
  save (self);
  update (self);
}

void
lan_file_rule_set_person (LanFileRule *self, LanNode *node, LanPerson *person)
{
  if (self->person != NULL)
    g_signal_handlers_disconnect_by_data (self->person, self);
  g_set_object (&self->node, node);
  g_set_object (&self->person, person);
  if (person == NULL)
    return;
  g_signal_connect_object (person, "notify::trust", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
dispose (GObject *object)
{
  LanFileRule *self = LAN_FILE_RULE (object);

  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_file_rule_parent_class)->dispose (object);
}

static void
lan_file_rule_class_init (LanFileRuleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/file-rule.ui");
  gtk_widget_class_bind_template_child (widget_class, LanFileRule, switch_row);
  gtk_widget_class_bind_template_child (widget_class, LanFileRule, rule_switch);
  gtk_widget_class_bind_template_child (widget_class, LanFileRule, why_label);
  gtk_widget_class_bind_template_child (widget_class, LanFileRule, choices);
  gtk_widget_class_bind_template_child (widget_class, LanFileRule, size_spin);
  gtk_widget_class_bind_template_child (widget_class, LanFileRule, folder_button);
  gtk_widget_class_bind_template_callback (widget_class, on_switch);
  gtk_widget_class_bind_template_callback (widget_class, save);
}

static void
lan_file_rule_init (LanFileRule *self)
{
  self->is_filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
}
