/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sound-page.h"

#include <glib/gi18n.h>
#include <string.h>

struct _LanSoundPage {
  HdyPreferencesPage parent;
  LanNode *node;
  LanSound *sound;
  gboolean is_filling;
  GtkComboBoxText *microphone_combo;
  GtkComboBoxText *speaker_combo;
  HdyActionRow *test_row;
  GtkButton *test_button;
  GtkWidget *microphone_row; /* levels, while testing */
  GtkWidget *speaker_row;
  GtkLevelBar *microphone_bar;
  GtkLevelBar *speaker_bar;
};

G_DEFINE_TYPE (LanSoundPage, lan_sound_page, HDY_TYPE_PREFERENCES_PAGE)

/* --- choosing --- */

/* What the command line may say instead of a device. */
static gboolean
is_no_device (const char *id)
{
  return strcmp (id, "test") == 0 || strcmp (id, "null") == 0 || g_str_has_prefix (id, "file:");
}

/* One that was chosen stays in the list while it is unplugged. */
static void
select_id (GtkComboBoxText *combo, const char *id)
{
  if (gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), id))
    return;
  gtk_combo_box_text_append (combo, id, is_no_device (id) ? id : _ ("Not Plugged In"));
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), id);
}

static void
fill (LanSoundPage *self)
{
  GListModel *devices = lan_sound_get_devices (self->sound);

  self->is_filling = TRUE;
  gtk_combo_box_text_remove_all (self->microphone_combo);
  gtk_combo_box_text_remove_all (self->speaker_combo);
  gtk_combo_box_text_append (self->microphone_combo, "default", _ ("As the System Does"));
  gtk_combo_box_text_append (self->speaker_combo, "default", _ ("As the System Does"));
  for (guint i = 0; i < g_list_model_get_n_items (devices); i++) {
    g_autoptr (LanSoundDevice) device = g_list_model_get_item (devices, i);
    GtkComboBoxText *combo =
        lan_sound_device_get_is_microphone (device) ? self->microphone_combo : self->speaker_combo;

    gtk_combo_box_text_append (combo, lan_sound_device_get_id (device),
                               lan_sound_device_get_label (device));
  }
  gtk_combo_box_text_append (self->microphone_combo, "none", _ ("None, Only Listen"));
  select_id (self->microphone_combo, lan_node_get_audio_source (self->node));
  select_id (self->speaker_combo, lan_node_get_audio_sink (self->node));
  self->is_filling = FALSE;
}

static void
start_test (LanSoundPage *self)
{
  lan_sound_test (self->sound, lan_node_get_audio_source (self->node),
                  lan_node_get_audio_sink (self->node));
}

static void
on_chosen (LanSoundPage *self)
{
  const char *source = gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->microphone_combo));
  const char *sink = gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->speaker_combo));

  if (self->is_filling || source == NULL || sink == NULL)
    return;
  lan_node_choose_audio (self->node, source, sink);
  if (lan_sound_get_testing (self->sound))
    start_test (self);
}

/* --- trying --- */

static const char *
describe (LanSoundPage *self)
{
  if (*lan_sound_get_problem (self->sound) != '\0')
    return _ ("The part of the program that handles sound does not start. Install it anew.");
  if (!lan_sound_get_testing (self->sound))
    return _ ("A call to yourself: you hear what you say a second later");
  if (lan_sound_get_no_microphone (self->sound) && lan_sound_get_no_speaker (self->sound))
    return _ ("There is neither a microphone nor a loudspeaker. Plug one in.");
  if (lan_sound_get_no_microphone (self->sound))
    return _ ("There is no microphone. Plug one in; without it you can only listen.");
  if (lan_sound_get_no_speaker (self->sound))
    return _ ("There is no loudspeaker. Plug one in, or headphones.");
  return _ ("Say something: you hear it a second later");
}

static void
show (LanSoundPage *self)
{
  gboolean testing = lan_sound_get_testing (self->sound);
  const char *text = describe (self);
  g_autofree char *both = g_strdup_printf (
      "%s: %s", hdy_preferences_row_get_title (HDY_PREFERENCES_ROW (self->test_row)), text);

  hdy_action_row_set_subtitle (self->test_row, text);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->test_row)), both);
  gtk_button_set_label (self->test_button, testing ? _ ("Stop") : _ ("Try It"));
  gtk_widget_set_visible (self->microphone_row, testing);
  gtk_widget_set_visible (self->speaker_row, testing);
  gtk_level_bar_set_value (self->microphone_bar, lan_sound_get_level_in (self->sound));
  gtk_level_bar_set_value (self->speaker_bar, lan_sound_get_level_out (self->sound));
}

static void
on_test (LanSoundPage *self)
{
  if (lan_sound_get_testing (self->sound))
    lan_sound_stop_test (self->sound);
  else
    start_test (self);
  show (self);
}

/* --- life --- */

static void
on_mapped (LanSoundPage *self)
{
  if (self->node != NULL)
    lan_sound_watch (self->sound);
}

static void
on_unmapped (LanSoundPage *self)
{
  lan_sound_stop (self->sound);
  show (self);
}

static void
dispose (GObject *object)
{
  LanSoundPage *self = LAN_SOUND_PAGE (object);

  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (self->sound, self);
  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (lan_sound_get_devices (self->sound), self);
  g_clear_object (&self->sound);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_sound_page_parent_class)->dispose (object);
}

static void
lan_sound_page_class_init (LanSoundPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/sound-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LanSoundPage, microphone_combo);
  gtk_widget_class_bind_template_child (widget_class, LanSoundPage, speaker_combo);
  gtk_widget_class_bind_template_child (widget_class, LanSoundPage, test_row);
  gtk_widget_class_bind_template_child (widget_class, LanSoundPage, test_button);
  gtk_widget_class_bind_template_child (widget_class, LanSoundPage, microphone_row);
  gtk_widget_class_bind_template_child (widget_class, LanSoundPage, speaker_row);
  gtk_widget_class_bind_template_child (widget_class, LanSoundPage, microphone_bar);
  gtk_widget_class_bind_template_child (widget_class, LanSoundPage, speaker_bar);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_test);
  gtk_widget_class_bind_template_callback (widget_class, on_mapped);
  gtk_widget_class_bind_template_callback (widget_class, on_unmapped);
}

/* Sound systems give long names. */
static void
shorten (GtkComboBoxText *combo)
{
  g_autoptr (GList) cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (combo));

  g_object_set (cells->data, "ellipsize", PANGO_ELLIPSIZE_END, "max-width-chars", 30, NULL);
}

static void
lan_sound_page_init (LanSoundPage *self)
{
  self->is_filling = TRUE;
  self->sound = lan_sound_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  shorten (self->microphone_combo);
  shorten (self->speaker_combo);
}

void
lan_sound_page_set_node (LanSoundPage *self, LanNode *node)
{
  g_return_if_fail (LAN_IS_SOUND_PAGE (self) && self->node == NULL);
  self->node = g_object_ref (node);
  g_signal_connect_swapped (self->sound, "changed", G_CALLBACK (show), self);
  g_signal_connect_swapped (lan_sound_get_devices (self->sound), "items-changed", G_CALLBACK (fill),
                            self);
  fill (self);
  show (self);
}
