/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-call-bar.h"

#include "lan-call-text.h"
#include "lan-format.h"

#define RING_SECONDS 3

struct _LanCallBar {
  GtkBox parent;
  LanNode *node;
  LanCall *call; /* what is shown */
  guint tick_id;
  guint ticks;
  gboolean is_updating;
  GtkImage *icon;
  GtkLabel *title_label;
  GtkLabel *text_label;
  GtkLabel *trouble_label;
  GtkWidget *answer_button;
  GtkWidget *decline_button;
  GtkToggleButton *mute_button;
  GtkWidget *end_button;
  GtkWidget *close_button;
};

G_DEFINE_TYPE (LanCallBar, lan_call_bar, GTK_TYPE_BOX)

static void update (LanCallBar *self);

static gboolean
is_ringing (LanCallBar *self)
{
  return self->call != NULL && lan_call_get_status (self->call) == LAN_CALL_STATUS_RINGING;
}

/* Who does not want to be disturbed, or not by this person, sees the call but does not hear it. */
static void
ring (LanCallBar *self)
{
  LanPerson *me = lan_node_get_self (self->node);

  if (lan_person_get_presence (me) != LAN_PERSON_PRESENCE_BUSY &&
      !lan_person_get_muted (lan_call_get_person (self->call)))
    gtk_widget_error_bell (GTK_WIDGET (self));
}

static gboolean
on_tick (gpointer user_data)
{
  LanCallBar *self = user_data;

  self->ticks++;
  if (is_ringing (self) && self->ticks % RING_SECONDS == 0)
    ring (self);
  update (self);
  return G_SOURCE_CONTINUE;
}

static void
set_ticking (LanCallBar *self, gboolean on)
{
  if (on && self->tick_id == 0) {
    self->ticks = 0;
    self->tick_id = g_timeout_add_seconds (1, on_tick, self);
    if (is_ringing (self))
      ring (self);
  } else if (!on) {
    g_clear_handle_id (&self->tick_id, g_source_remove);
  }
}

static void
set_urgent (LanCallBar *self, gboolean on)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));

  if (GTK_IS_WINDOW (window))
    gtk_window_set_urgency_hint (GTK_WINDOW (window), on);
}

static void
show_labels (LanCallBar *self)
{
  const char *trouble = lan_call_text_trouble (self->call);
  g_autofree char *title = lan_call_text_title (self->call);
  g_autofree char *state = lan_call_text_state (self->call, g_get_real_time () / 1000);

  gtk_label_set_text (self->title_label, title);
  gtk_label_set_text (self->text_label, state);
  gtk_label_set_text (self->trouble_label, trouble != NULL ? trouble : "");
  gtk_widget_set_visible (GTK_WIDGET (self->text_label), *state != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->trouble_label), trouble != NULL);
}

static void
show_buttons (LanCallBar *self, LanCallStatus status)
{
  gboolean is_ringing = status == LAN_CALL_STATUS_RINGING;
  gboolean is_over = status == LAN_CALL_STATUS_ENDED;

  gtk_widget_set_visible (self->answer_button, is_ringing);
  gtk_widget_set_visible (self->decline_button, is_ringing);
  gtk_widget_set_visible (GTK_WIDGET (self->mute_button), status == LAN_CALL_STATUS_ACTIVE);
  gtk_widget_set_visible (self->end_button, !is_ringing && !is_over);
  gtk_widget_set_visible (self->close_button, is_over);
  self->is_updating = TRUE;
  gtk_toggle_button_set_active (self->mute_button, lan_call_get_muted (self->call));
  self->is_updating = FALSE;
}

static void
show_look (LanCallBar *self, LanCallStatus status)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));
  gboolean warns = status == LAN_CALL_STATUS_ENDED || lan_call_text_trouble (self->call) != NULL;
  const char *icon = warns                               ? "dialog-warning-symbolic"
                     : status == LAN_CALL_STATUS_RINGING ? "call-incoming-symbolic"
                                                         : "call-start-symbolic";

  gtk_image_set_from_icon_name (self->icon, icon, GTK_ICON_SIZE_LARGE_TOOLBAR);
  if (warns)
    gtk_style_context_add_class (context, "wrn");
  else
    gtk_style_context_remove_class (context, "wrn");
}

static void
update (LanCallBar *self)
{
  LanCallStatus status;

  if (self->call == NULL) {
    set_ticking (self, FALSE);
    set_urgent (self, FALSE);
    gtk_widget_hide (GTK_WIDGET (self));
    return;
  }
  status = lan_call_get_status (self->call);
  show_labels (self);
  show_buttons (self, status);
  show_look (self, status);
  set_ticking (self, status != LAN_CALL_STATUS_ENDED);
  set_urgent (self, status == LAN_CALL_STATUS_RINGING);
  gtk_widget_show (GTK_WIDGET (self));
}

/* One that is over stays only where something has to be said about it, and was seen before. */
static void
on_call_changed (LanCallBar *self, LanCall *call)
{
  if (call != lan_node_get_call (self->node))
    return;
  if (lan_call_get_status (call) != LAN_CALL_STATUS_ENDED)
    g_set_object (&self->call, call);
  else if (self->call != call || lan_call_text_trouble (call) == NULL)
    g_clear_object (&self->call);
  update (self);
}

static void
on_answer (LanCallBar *self)
{
  lan_call_answer (self->call);
}

static void
on_end (LanCallBar *self)
{
  lan_call_end (self->call);
}

static void
on_mute_toggled (LanCallBar *self)
{
  if (!self->is_updating && self->call != NULL)
    lan_call_set_muted (self->call, gtk_toggle_button_get_active (self->mute_button));
}

static void
on_close (LanCallBar *self)
{
  g_clear_object (&self->call);
  update (self);
}

void
lan_call_bar_set_node (LanCallBar *self, LanNode *node)
{
  g_set_object (&self->node, node);
  g_signal_connect_object (node, "call-changed", G_CALLBACK (on_call_changed), self,
                           G_CONNECT_SWAPPED);
  if (lan_node_get_call (node) != NULL)
    on_call_changed (self, lan_node_get_call (node));
}

static void
dispose (GObject *object)
{
  LanCallBar *self = LAN_CALL_BAR (object);

  set_ticking (self, FALSE);
  g_clear_object (&self->call);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_call_bar_parent_class)->dispose (object);
}

static void
lan_call_bar_class_init (LanCallBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/call-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LanCallBar, icon);
  gtk_widget_class_bind_template_child (widget_class, LanCallBar, title_label);
  gtk_widget_class_bind_template_child (widget_class, LanCallBar, text_label);
  gtk_widget_class_bind_template_child (widget_class, LanCallBar, trouble_label);
  gtk_widget_class_bind_template_child (widget_class, LanCallBar, answer_button);
  gtk_widget_class_bind_template_child (widget_class, LanCallBar, decline_button);
  gtk_widget_class_bind_template_child (widget_class, LanCallBar, mute_button);
  gtk_widget_class_bind_template_child (widget_class, LanCallBar, end_button);
  gtk_widget_class_bind_template_child (widget_class, LanCallBar, close_button);
  gtk_widget_class_bind_template_callback (widget_class, on_answer);
  gtk_widget_class_bind_template_callback (widget_class, on_end);
  gtk_widget_class_bind_template_callback (widget_class, on_mute_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_close);
}

static void
lan_call_bar_init (LanCallBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
