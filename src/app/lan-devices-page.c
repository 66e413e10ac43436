/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-devices-page.h"

#include "lan-confirm.h"
#include "lan-qr.h"

#include <glib/gi18n.h>

struct _LanDevicesPage {
  HdyPreferencesPage parent;
  LanNode *node;
  LanDevices *devices; /* the node's */
  GPtrArray *rows;     /* of GtkWidget, in list_group */
  HdyPreferencesGroup *list_group;
  GtkWidget *add_row;
  GtkEntry *code_entry;
  GtkWidget *add_button;
  GtkWidget *show_row;
  HdyActionRow *link_row;
  GtkLabel *code_label;
  GtkWidget *qr_area;
  GtkWidget *confirm_button;
  GtkWidget *cancel_button;
};

G_DEFINE_TYPE (LanDevicesPage, lan_devices_page, HDY_TYPE_PREFERENCES_PAGE)

/* --- the list --- */

static void
on_revoked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!lan_devices_revoke_finish (LAN_DEVICES (source), result, &error))
    g_warning ("revoking a device: %s", error->message);
}

static void
on_revoke_confirmed (gpointer user_data)
{
  GtkWidget *button = user_data;
  LanDevices *devices = g_object_get_data (G_OBJECT (button), "devices");

  lan_devices_revoke_async (devices, g_object_get_data (G_OBJECT (button), "device"), NULL,
                            on_revoked, NULL);
}

static void
on_revoke (GtkWidget *button)
{
  lan_confirm_ask (button, _ ("Revoke this device?"),
                   _ ("Nobody accepts it any more, and it gets no further messages. What is on it "
                      "stays there. It cannot come back; it would have to be added as a new one."),
                   _ ("Revoke"), on_revoke_confirmed, button);
}

static const char *
state_of (LanDevice *device)
{
  if (!lan_device_get_active (device))
    return _ ("Revoked");
  if (lan_device_get_is_self (device))
    return _ ("This computer");
  return lan_device_get_online (device) ? _ ("Connected") : _ ("Not here at present");
}

static GtkWidget *
make_row (LanDevicesPage *self, LanDevice *device)
{
  GtkWidget *row = hdy_action_row_new (), *button;
  const char *name = lan_device_get_name (device);

  hdy_preferences_row_set_title (HDY_PREFERENCES_ROW (row),
                                 *name != '\0' ? name : _ ("A device without a name"));
  hdy_action_row_set_subtitle (HDY_ACTION_ROW (row), state_of (device));
  hdy_action_row_set_icon_name (HDY_ACTION_ROW (row), "computer-symbolic");
  gtk_widget_set_sensitive (row, lan_device_get_active (device));
  if (lan_device_get_active (device) && !lan_device_get_is_self (device)) {
    button = gtk_button_new_with_label (_ ("Revoke…"));
    gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
    g_object_set_data (G_OBJECT (button), "devices", self->devices);
    g_object_set_data_full (G_OBJECT (button), "device", g_strdup (lan_device_get_id (device)),
                            g_free);
    g_signal_connect (button, "clicked", G_CALLBACK (on_revoke), NULL);
    gtk_container_add (GTK_CONTAINER (row), button);
  }
  gtk_widget_show_all (row);
  return row;
}

static void
fill_list (LanDevicesPage *self)
{
  GListModel *model = G_LIST_MODEL (self->devices);

  for (guint i = 0; i < self->rows->len; i++)
    gtk_widget_destroy (g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++) {
    g_autoptr (LanDevice) device = g_list_model_get_item (model, i);
    GtkWidget *row = make_row (self, device);

    gtk_container_add (GTK_CONTAINER (self->list_group), row);
    g_ptr_array_add (self->rows, row);
  }
}

/* --- linking --- */

static char *
describe (LanDevicesPage *self)
{
  LanDevices *devices = self->devices;
  gboolean is_new = *lan_devices_get_person_name (devices) != '\0';

  switch (lan_devices_get_link_state (devices)) {
  case LAN_DEVICE_LINK_CODE:
    return g_strdup (_ ("Type this code on a computer that has your profile, in its preferences "
                        "under Devices. It lives two minutes."));
  case LAN_DEVICE_LINK_SEARCHING:
    return g_strdup (_ ("Looking for the new device…"));
  case LAN_DEVICE_LINK_CONFIRM:
    return is_new ? g_strdup_printf (_ ("“%s” wants to make this computer a device of %s."),
                                     lan_devices_get_other_name (devices),
                                     lan_devices_get_person_name (devices))
                  : g_strdup_printf (_ ("The new device is called “%s”. Is it yours?"),
                                     lan_devices_get_other_name (devices));
  case LAN_DEVICE_LINK_WAITING:
    return g_strdup (_ ("Waiting until the other device is confirmed as well…"));
  case LAN_DEVICE_LINK_DONE:
    return is_new ? g_strdup (_ ("Linked. This computer goes on as yours in a moment…"))
                  : g_strdup (_ ("Linked. What was said so far is on its way to the new device."));
  case LAN_DEVICE_LINK_FAILED:
    return g_strdup (lan_devices_get_error_text (devices));
  case LAN_DEVICE_LINK_NONE:
    break;
  }
  return g_strdup ("");
}

static gboolean
is_under_way (LanDeviceLinkState state)
{
  return state >= LAN_DEVICE_LINK_CODE && state <= LAN_DEVICE_LINK_WAITING;
}

static void
show_link (LanDevicesPage *self)
{
  LanDeviceLinkState state = lan_devices_get_link_state (self->devices);
  g_autofree char *text = describe (self);
  gboolean fresh = g_list_model_get_n_items (lan_node_get_conversations (self->node)) == 0 &&
                   g_list_model_get_n_items (G_LIST_MODEL (self->devices)) <= 1;

  hdy_preferences_row_set_title (HDY_PREFERENCES_ROW (self->link_row),
                                 state == LAN_DEVICE_LINK_FAILED ? _ ("This did not work")
                                                                 : _ ("Linking"));
  hdy_action_row_set_subtitle (self->link_row, text);
  gtk_widget_set_visible (GTK_WIDGET (self->link_row), state != LAN_DEVICE_LINK_NONE);
  gtk_label_set_text (self->code_label, lan_devices_get_code (self->devices));
  gtk_widget_set_visible (GTK_WIDGET (self->code_label), state == LAN_DEVICE_LINK_CODE);
  gtk_widget_set_visible (self->qr_area, state == LAN_DEVICE_LINK_CODE);
  gtk_widget_queue_draw (self->qr_area);
  gtk_widget_set_visible (self->confirm_button, state == LAN_DEVICE_LINK_CONFIRM);
  gtk_widget_set_visible (self->cancel_button, is_under_way (state));
  gtk_widget_set_visible (self->show_row, fresh && !is_under_way (state));
  gtk_widget_set_visible (self->add_row, state != LAN_DEVICE_LINK_CODE); /* room for the picture */
  gtk_widget_set_sensitive (self->add_row, !is_under_way (state));
}

static void
on_code_changed (LanDevicesPage *self)
{
  gtk_widget_set_sensitive (self->add_button, gtk_entry_get_text_length (self->code_entry) >= 26);
}

static void
on_add (LanDevicesPage *self)
{
  g_autoptr (GError) error = NULL;

  if (lan_devices_join (self->devices, gtk_entry_get_text (self->code_entry), NULL, TRUE, &error)) {
    gtk_entry_set_text (self->code_entry, "");
    return;
  }
  hdy_preferences_row_set_title (HDY_PREFERENCES_ROW (self->link_row), _ ("This did not work"));
  hdy_action_row_set_subtitle (
      self->link_row,
      _ ("This is no code of a new device. It has 26 letters and digits; look at it again."));
  gtk_widget_show (GTK_WIDGET (self->link_row));
}

static void
on_show_code (LanDevicesPage *self)
{
  g_autoptr (GError) error = NULL;

  if (!lan_devices_begin (self->devices, g_get_host_name (), &error))
    g_warning ("linking this computer: %s", error->message);
}

static void
on_confirm (LanDevicesPage *self)
{
  lan_devices_confirm (self->devices);
}

static gboolean
on_draw_qr (LanDevicesPage *self, cairo_t *cr)
{
  lan_qr_draw (cr, lan_devices_get_qr_text (self->devices),
               gtk_widget_get_allocated_width (self->qr_area),
               gtk_widget_get_allocated_height (self->qr_area));
  return GDK_EVENT_PROPAGATE;
}

static void
on_cancel (LanDevicesPage *self)
{
  lan_devices_cancel (self->devices);
}

static void
dispose (GObject *object)
{
  LanDevicesPage *self = LAN_DEVICES_PAGE (object);

  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_devices_page_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  g_ptr_array_unref (LAN_DEVICES_PAGE (object)->rows);
  G_OBJECT_CLASS (lan_devices_page_parent_class)->finalize (object);
}

static void
lan_devices_page_class_init (LanDevicesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/devices-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, list_group);
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, add_row);
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, code_entry);
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, add_button);
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, show_row);
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, link_row);
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, code_label);
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, confirm_button);
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, cancel_button);
  gtk_widget_class_bind_template_callback (widget_class, on_code_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
  gtk_widget_class_bind_template_callback (widget_class, on_show_code);
  gtk_widget_class_bind_template_callback (widget_class, on_confirm);
  gtk_widget_class_bind_template_child (widget_class, LanDevicesPage, qr_area);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_draw_qr);
}

static void
lan_devices_page_init (LanDevicesPage *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lan_devices_page_set_node (LanDevicesPage *self, LanNode *node)
{
  self->node = g_object_ref (node);
  self->devices = lan_node_get_devices (node);
  g_signal_connect_object (self->devices, "items-changed", G_CALLBACK (fill_list), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->devices, "notify::link-state", G_CALLBACK (show_link), self,
                           G_CONNECT_SWAPPED);
  fill_list (self);
  show_link (self);
}
