/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-details.h"

#include "lan-avatar.h"
#include "lan-confirm.h"
#include "lan-file-rule.h"
#include "lan-format.h"
#include "lan-group-pane.h"
#include "lan-keep-window.h"
#include "lan-person-look.h"
#include "lan-style.h"
#include "lan-transfer-card.h"
#include "lan-trust-popover.h"

#include <glib/gi18n.h>

#define MAX_SHARED 5
#define PANE_WIDTH 304

struct _LanDetails {
  GtkBox parent;
  LanNode *node;
  LanPerson *person;
  gboolean is_filling;
  HdyHeaderBar *header;
  GtkWidget *close_button;
  LanAvatar *avatar;
  GtkLabel *name_label;
  GtkLabel *status_label;
  GtkLabel *post_label;
  GtkLabel *seen_label;
  GtkToggleButton *favourite_button;
  GtkToggleButton *mute_button;
  GtkImage *reach_icon;
  GtkLabel *reach_title;
  GtkLabel *reach_text;
  GtkImage *trust_icon;
  GtkLabel *trust_title;
  GtkLabel *trust_text;
  GtkMenuButton *compare_button;
  GtkEntry *note_entry;
  LanFileRule *file_rule;
  GtkWidget *shared_title;
  GtkBox *shared_box;
  GtkWidget *remove_button;
  GtkButton *block_button;
  GtkWidget *person_box;
  LanGroupPane *group_pane; /* in its place for a group */
};

G_DEFINE_TYPE (LanDetails, lan_details, GTK_TYPE_BOX)

static void
update_cards (LanDetails *self)
{
  g_autofree char *reach = lan_person_look_reach_text (self->person);
  g_autofree char *trust = lan_person_look_trust_text (self->person);

  gtk_image_set_from_icon_name (self->reach_icon, lan_person_look_reach_icon (self->person),
                                GTK_ICON_SIZE_MENU);
  lan_person_look_set_style (GTK_WIDGET (self->reach_icon),
                             lan_person_look_reach_style (self->person));
  gtk_label_set_text (self->reach_title, lan_person_look_reach_title (self->person));
  gtk_label_set_text (self->reach_text, reach);
  gtk_image_set_from_icon_name (self->trust_icon, lan_person_look_trust_icon (self->person),
                                GTK_ICON_SIZE_MENU);
  lan_person_look_set_style (GTK_WIDGET (self->trust_icon),
                             lan_person_look_trust_style (self->person));
  gtk_label_set_text (self->trust_title, lan_person_look_trust_title (self->person));
  gtk_label_set_text (self->trust_text, trust);
}

static char *
describe_seen (LanDetails *self)
{
  gint64 seen = lan_person_get_last_seen (self->person);
  g_autofree char *time = NULL;

  if (lan_person_get_online (self->person))
    return g_strdup (lan_person_look_presence (lan_person_get_presence (self->person)));
  if (seen <= 0)
    return g_strdup (_ ("Offline"));
  time = lan_format_moment (seen);
  return g_strdup_printf (_ ("Last seen %s"), time);
}

static void
update (LanDetails *self)
{
  const char *status = lan_person_get_status_text (self->person);
  g_autofree char *quoted = g_strdup_printf (_ ("“%s”"), status);
  g_autofree char *seen = describe_seen (self);
  g_autofree char *post = lan_person_look_post (self->person);
  gboolean blocked = lan_person_get_blocked (self->person);

  self->is_filling = TRUE;
  gtk_label_set_text (self->name_label, lan_person_get_name (self->person));
  gtk_label_set_text (self->status_label, quoted);
  gtk_widget_set_visible (GTK_WIDGET (self->status_label), *status != '\0');
  gtk_label_set_text (self->post_label, post);
  gtk_widget_set_visible (GTK_WIDGET (self->post_label), *post != '\0');
  gtk_label_set_text (self->seen_label, seen);
  gtk_toggle_button_set_active (self->favourite_button, lan_person_get_favourite (self->person));
  gtk_toggle_button_set_active (self->mute_button, lan_person_get_muted (self->person));
  gtk_button_set_label (self->block_button, blocked ? _ ("Unblock") : _ ("Block…"));
  gtk_widget_set_visible (self->remove_button, lan_person_get_accepted (self->person));
  if (!gtk_widget_has_focus (GTK_WIDGET (self->note_entry)))
    gtk_entry_set_text (self->note_entry, lan_person_get_note (self->person));
  update_cards (self);
  self->is_filling = FALSE;
}

static void
on_drop_child (GtkWidget *child, gpointer user_data)
{
  gtk_widget_destroy (child);
}

static void
update_shared (LanDetails *self)
{
  GListModel *transfers = lan_node_get_transfers (self->node);
  guint n = g_list_model_get_n_items (transfers);
  guint shown = 0;

  gtk_container_foreach (GTK_CONTAINER (self->shared_box), on_drop_child, NULL);
  for (guint i = 0; i < n && shown < MAX_SHARED; i++) {
    g_autoptr (LanTransfer) transfer = g_list_model_get_item (transfers, i);

    if (lan_transfer_get_person (transfer) != self->person ||
        lan_transfer_get_status (transfer) != LAN_TRANSFER_STATUS_DONE)
      continue;
    gtk_container_add (GTK_CONTAINER (self->shared_box), lan_transfer_card_new (transfer, FALSE));
    shown++;
  }
  gtk_widget_set_visible (self->shared_title, shown > 0);
}

static void
save_note (LanDetails *self)
{
  if (self->person != NULL && lan_person_get_group (self->person) == NULL && !self->is_filling &&
      g_strcmp0 (lan_person_get_note (self->person), gtk_entry_get_text (self->note_entry)) != 0)
    lan_person_set_note (self->person, gtk_entry_get_text (self->note_entry));
}

static gboolean
on_note_left (LanDetails *self)
{
  save_note (self);
  return FALSE;
}

static void
on_favourite (LanDetails *self)
{
  if (!self->is_filling)
    lan_person_set_favourite (self->person, gtk_toggle_button_get_active (self->favourite_button));
}

static void
on_mute (LanDetails *self)
{
  if (!self->is_filling)
    lan_person_set_muted (self->person, gtk_toggle_button_get_active (self->mute_button));
}

static void
on_keep (LanDetails *self)
{
  lan_keep_window_show (GTK_WIDGET (self), self->node, self->person);
}

static void
on_block_confirmed (gpointer person)
{
  lan_person_block (person, TRUE);
}

static void
on_block (LanDetails *self)
{
  g_autofree char *title = NULL;

  if (lan_person_get_blocked (self->person)) {
    lan_person_block (self->person, FALSE);
    return;
  }
  title = g_strdup_printf (_ ("Block %s?"), lan_person_get_name (self->person));
  lan_confirm_ask (GTK_WIDGET (self), title,
                   _ ("Nothing they send gets in any more, and they are not told. You can take it "
                      "back here."),
                   _ ("Block"), on_block_confirmed, self->person);
}

static void
on_remove_confirmed (gpointer person)
{
  lan_person_remove (person);
}

static void
on_remove (LanDetails *self)
{
  g_autofree char *title =
      g_strdup_printf (_ ("Remove %s from your contacts?"), lan_person_get_name (self->person));

  lan_confirm_ask (GTK_WIDGET (self), title,
                   _ ("The history stays. What they write arrives as a request again."),
                   _ ("Remove"), on_remove_confirmed, self->person);
}

static void
show_group (LanDetails *self, LanGroupChat *group)
{
  lan_group_pane_set_group (self->group_pane, self->node, group);
  gtk_widget_set_visible (GTK_WIDGET (self->group_pane), group != NULL);
  gtk_widget_set_visible (self->person_box, group == NULL);
}

void
lan_details_set_person (LanDetails *self, LanNode *node, LanPerson *person)
{
  if (self->person == person)
    return;
  save_note (self);
  if (self->person != NULL)
    g_signal_handlers_disconnect_by_data (self->person, self);
  if (g_set_object (&self->node, node) && node != NULL)
    g_signal_connect_object (node, "file-done", G_CALLBACK (update_shared), self,
                             G_CONNECT_SWAPPED);
  g_set_object (&self->person, person);
  show_group (self, person != NULL ? lan_person_get_group (person) : NULL);
  if (person == NULL || lan_person_get_group (person) != NULL)
    return;
  lan_avatar_set_person (self->avatar, person);
  lan_trust_popover_set_person (
      LAN_TRUST_POPOVER (gtk_menu_button_get_popover (self->compare_button)), person);
  lan_file_rule_set_person (self->file_rule, node, person);
  g_signal_connect_object (person, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  update_shared (self);
}

HdyHeaderBar *
lan_details_get_header (LanDetails *self)
{
  return self->header;
}

void
lan_details_set_folded (LanDetails *self, gboolean folded)
{
  gtk_widget_set_visible (self->close_button, folded);
}

/* The same width whatever stands in the rows; wider where the person's text is large. */
static void
get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  GTK_WIDGET_CLASS (lan_details_parent_class)->get_preferred_width (widget, minimum, natural);
  *minimum = MAX (*minimum, PANE_WIDTH);
  *natural = MAX (*minimum, lan_style_scale (widget, PANE_WIDTH));
}

static void
dispose (GObject *object)
{
  LanDetails *self = LAN_DETAILS (object);

  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_details_parent_class)->dispose (object);
}

static void
lan_details_class_init (LanDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->get_preferred_width = get_preferred_width;
  g_type_ensure (LAN_TYPE_AVATAR);
  g_type_ensure (LAN_TYPE_FILE_RULE);
  g_type_ensure (LAN_TYPE_GROUP_PANE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/details.ui");
  gtk_widget_class_bind_template_child (widget_class, LanDetails, header);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, close_button);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, avatar);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, name_label);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, status_label);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, post_label);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, seen_label);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, favourite_button);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, mute_button);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, reach_icon);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, reach_title);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, reach_text);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, trust_icon);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, trust_title);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, trust_text);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, compare_button);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, note_entry);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, file_rule);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, shared_title);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, shared_box);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, remove_button);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, block_button);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, person_box);
  gtk_widget_class_bind_template_child (widget_class, LanDetails, group_pane);
  gtk_widget_class_bind_template_callback (widget_class, on_favourite);
  gtk_widget_class_bind_template_callback (widget_class, on_mute);
  gtk_widget_class_bind_template_callback (widget_class, on_block);
  gtk_widget_class_bind_template_callback (widget_class, on_remove);
  gtk_widget_class_bind_template_callback (widget_class, on_keep);
  gtk_widget_class_bind_template_callback (widget_class, save_note);
  gtk_widget_class_bind_template_callback (widget_class, on_note_left);
}

static void
lan_details_init (LanDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_popover (self->compare_button, lan_trust_popover_new ());
}
