/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-group-pane.h"

#include "lan-avatar.h"
#include "lan-confirm.h"
#include "lan-group-look.h"
#include "lan-group-window.h"

#include <glib/gi18n.h>

struct _LanGroupPane {
  GtkBox parent;
  LanNode *node;
  LanGroupChat *group;
  gboolean is_filling;
  LanAvatar *avatar;
  GtkLabel *kind_label;
  GtkEntry *name_entry;
  GtkEntry *topic_entry;
  GtkToggleButton *mute_button;
  GtkLabel *members_title;
  GtkListBox *members_list;
  GtkWidget *add_button;
  GtkWidget *history_row;
  GtkSwitch *history_switch;
  GtkLabel *error_label;
  GtkWidget *convert_button;
  GtkWidget *leave_button;
  GtkWidget *end_button;
};

G_DEFINE_TYPE (LanGroupPane, lan_group_pane, GTK_TYPE_BOX)

#define PERSON "lan-person"

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanGroupPane) self = user_data;
  g_autoptr (GError) error = NULL;

  lan_group_chat_change_finish (LAN_GROUP_CHAT (source), result, &error);
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), error != NULL);
  gtk_label_set_text (self->error_label, error != NULL ? error->message : "");
}

/* ---- members ---- */

static GtkWidget *
menu_item (const char *label, const char *action, LanPerson *person)
{
  GtkWidget *item = gtk_model_button_new ();

  g_object_set (item, "text", label, NULL);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (item), "s", lan_person_get_id (person));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (item), action);
  return item;
}

/* What one may do with this member; NULL: nothing. */
static GtkWidget *
make_menu (LanGroupPane *self, const LanGroupChatMember *member)
{
  GtkWidget *popover = gtk_popover_new (NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gboolean owns = lan_group_chat_get_role (self->group) == LAN_GROUP_CHAT_ROLE_OWNER &&
                  !lan_group_chat_get_ended (self->group);
  static const struct {
    LanGroupChatRole role;
    const char *label, *action;
  } roles[] = {
    { LAN_GROUP_CHAT_ROLE_MEMBER, N_ ("Make a plain member"), "group.member" },
    { LAN_GROUP_CHAT_ROLE_ADMINISTRATOR, N_ ("Make an administrator"), "group.administrator" },
    { LAN_GROUP_CHAT_ROLE_OWNER, N_ ("Make an owner"), "group.owner" },
  };

  g_object_set (box, "margin", 6, NULL);
  gtk_container_add (GTK_CONTAINER (popover), box);
  gtk_container_add (GTK_CONTAINER (box),
                     menu_item (_ ("Write to them alone"), "app.open-chat", member->person));
  for (guint i = 0; owns && i < G_N_ELEMENTS (roles); i++) {
    if (roles[i].role != member->role)
      gtk_container_add (GTK_CONTAINER (box),
                         menu_item (_ (roles[i].label), roles[i].action, member->person));
  }
  if (lan_group_chat_may_remove (self->group, member->person))
    gtk_container_add (GTK_CONTAINER (box),
                       menu_item (_ ("Remove from the group"), "group.remove", member->person));
  gtk_widget_show_all (box);
  return popover;
}

static void
add_menu (LanGroupPane *self, GtkBox *box, const LanGroupChatMember *member)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autofree char *name =
      g_strdup_printf (_ ("What to do with %s"), lan_person_get_name (member->person));

  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), make_menu (self, member));
  gtk_container_remove (GTK_CONTAINER (button), gtk_bin_get_child (GTK_BIN (button)));
  gtk_container_add (GTK_CONTAINER (button),
                     gtk_image_new_from_icon_name ("view-more-symbolic", GTK_ICON_SIZE_MENU));
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "icon");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_box_pack_end (box, button, FALSE, FALSE, 0);
}

static GtkWidget *
make_row (LanGroupPane *self, const LanGroupChatMember *member)
{
  gboolean own = member->person == lan_node_get_self (self->node);
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *avatar = g_object_new (LAN_TYPE_AVATAR, "size", 32, NULL);
  GtkWidget *name = gtk_label_new (own ? _ ("You") : lan_person_get_name (member->person));
  GtkWidget *line = gtk_label_new (
      member->forked ? _ ("Told different things to different people: do not trust what they say")
                     : lan_group_look_role (member->role));

  lan_avatar_set_person (LAN_AVATAR (avatar), member->person);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (line), 0);
  gtk_label_set_line_wrap (GTK_LABEL (line), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (line), 22);
  gtk_style_context_add_class (gtk_widget_get_style_context (line),
                               member->forked ? "errfg" : "dim");
  gtk_box_pack_start (GTK_BOX (column), name, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), line, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), avatar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), column, TRUE, TRUE, 0);
  if (!own)
    add_menu (self, GTK_BOX (box), member);
  gtk_container_add (GTK_CONTAINER (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_show_all (row);
  return row;
}

/* The list is made anew only where it says something else: a menu may be open. */
static char *
describe_members (LanGroupPane *self)
{
  GPtrArray *members = lan_group_chat_get_members (self->group);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%d %d ", lan_group_chat_get_role (self->group),
                          lan_group_chat_get_ended (self->group));
  for (guint i = 0; i < members->len; i++) {
    const LanGroupChatMember *member = members->pdata[i];

    g_string_append_printf (text, "%s %s %d %d\n", lan_person_get_id (member->person),
                            lan_person_get_name (member->person), member->role, member->forked);
  }
  return g_string_free (text, FALSE);
}

static void
on_drop_child (GtkWidget *child, gpointer user_data)
{
  gtk_widget_destroy (child);
}

static void
update_members (LanGroupPane *self)
{
  GPtrArray *members = lan_group_chat_get_members (self->group);
  g_autofree char *now = describe_members (self);
  g_autofree char *title =
      g_strdup_printf (ngettext ("%u member", "%u members", members->len), members->len);

  gtk_label_set_text (self->members_title, title);
  if (g_strcmp0 (g_object_get_data (G_OBJECT (self->members_list), "shown"), now) == 0)
    return;
  gtk_container_foreach (GTK_CONTAINER (self->members_list), on_drop_child, NULL);
  for (guint i = 0; i < members->len; i++)
    gtk_container_add (GTK_CONTAINER (self->members_list), make_row (self, members->pdata[i]));
  g_object_set_data_full (G_OBJECT (self->members_list), "shown", g_steal_pointer (&now), g_free);
}

/* ---- the rest ---- */

static const char *
kind_words (LanGroupChat *group)
{
  switch (lan_group_chat_get_kind (group)) {
  case LAN_GROUP_CHAT_KIND_DISCUSSION:
    return _ ("Discussion: everybody has the same rights");
  case LAN_GROUP_CHAT_KIND_TEMPORARY:
    return _ ("Ends by itself");
  case LAN_GROUP_CHAT_KIND_GROUP:
  default:
    return _ ("Group");
  }
}

static void
set_entry (GtkEntry *entry, const char *text, gboolean editable)
{
  gtk_widget_set_sensitive (GTK_WIDGET (entry), editable);
  if (!gtk_widget_has_focus (GTK_WIDGET (entry)))
    gtk_entry_set_text (entry, text);
}

static void
update (LanGroupPane *self)
{
  LanGroupChatRole role = lan_group_chat_get_role (self->group);
  gboolean may = lan_group_chat_may_manage (self->group);
  gboolean proper = lan_group_chat_get_kind (self->group) == LAN_GROUP_CHAT_KIND_GROUP;
  gboolean alive = !lan_group_chat_get_ended (self->group);
  const char *closed = lan_group_look_closed (self->group);

  self->is_filling = TRUE;
  gtk_label_set_text (self->kind_label, closed != NULL ? closed : kind_words (self->group));
  set_entry (self->name_entry, lan_group_chat_get_own_name (self->group), may);
  set_entry (self->topic_entry, lan_group_chat_get_topic (self->group), may);
  gtk_toggle_button_set_active (self->mute_button, lan_group_chat_get_muted (self->group));
  gtk_widget_set_visible (self->add_button, may);
  gtk_widget_set_visible (self->history_row, alive && role >= LAN_GROUP_CHAT_ROLE_ADMINISTRATOR);
  gtk_switch_set_active (self->history_switch, lan_group_chat_get_open_history (self->group));
  gtk_widget_set_visible (self->convert_button,
                          alive && !proper && role == LAN_GROUP_CHAT_ROLE_OWNER);
  gtk_widget_set_visible (self->leave_button, role != LAN_GROUP_CHAT_ROLE_NONE);
  gtk_widget_set_visible (self->end_button, alive && role == LAN_GROUP_CHAT_ROLE_OWNER);
  update_members (self);
  self->is_filling = FALSE;
}

static void
save_name (LanGroupPane *self)
{
  const char *name = gtk_entry_get_text (self->name_entry);

  if (self->group != NULL && !self->is_filling && lan_group_chat_may_manage (self->group) &&
      g_strcmp0 (name, lan_group_chat_get_own_name (self->group)) != 0)
    lan_group_chat_rename_async (self->group, name, NULL, on_changed, g_object_ref (self));
}

static void
save_topic (LanGroupPane *self)
{
  const char *topic = gtk_entry_get_text (self->topic_entry);

  if (self->group != NULL && !self->is_filling && lan_group_chat_may_manage (self->group) &&
      g_strcmp0 (topic, lan_group_chat_get_topic (self->group)) != 0)
    lan_group_chat_set_topic_async (self->group, topic, NULL, on_changed, g_object_ref (self));
}

static gboolean
on_name_left (LanGroupPane *self)
{
  save_name (self);
  return FALSE;
}

static gboolean
on_topic_left (LanGroupPane *self)
{
  save_topic (self);
  return FALSE;
}

static void
on_mute (LanGroupPane *self)
{
  if (!self->is_filling)
    lan_group_chat_set_muted (self->group, gtk_toggle_button_get_active (self->mute_button));
}

static void
on_history (LanGroupPane *self)
{
  if (!self->is_filling)
    lan_group_chat_set_open_history_async (self->group,
                                           gtk_switch_get_active (self->history_switch), NULL,
                                           on_changed, g_object_ref (self));
}

static void
on_add (LanGroupPane *self)
{
  GtkWidget *window = lan_group_window_new (self->node, self->group, NULL);

  gtk_window_set_transient_for (GTK_WINDOW (window),
                                GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))));
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_convert (LanGroupPane *self)
{
  lan_group_chat_make_group_async (self->group, NULL, on_changed, g_object_ref (self));
}

static void
on_leave_confirmed (gpointer object)
{
  LanGroupPane *self = object;

  if (self->group != NULL)
    lan_group_chat_leave_async (self->group, NULL, on_changed, g_object_ref (self));
}

static void
on_leave (LanGroupPane *self)
{
  g_autofree char *title = g_strdup_printf (_ ("Leave %s?"), lan_group_chat_get_name (self->group));

  lan_confirm_ask (GTK_WIDGET (self), title,
                   _ ("What was said stays here. What is written from now on you do not get; "
                      "somebody inside would have to add you again."),
                   _ ("Leave"), on_leave_confirmed, self);
}

static void
on_end_confirmed (gpointer object)
{
  LanGroupPane *self = object;

  if (self->group != NULL)
    lan_group_chat_end_async (self->group, NULL, on_changed, g_object_ref (self));
}

static void
on_end (LanGroupPane *self)
{
  g_autofree char *title = g_strdup_printf (_ ("End %s?"), lan_group_chat_get_name (self->group));

  lan_confirm_ask (GTK_WIDGET (self), title,
                   _ ("Nobody can write there any more. What was said stays with everybody. This "
                      "cannot be taken back."),
                   _ ("End"), on_end_confirmed, self);
}

static void
set_role (LanGroupPane *self, GVariant *id, LanGroupChatRole role)
{
  LanPerson *person = lan_node_find_person (self->node, g_variant_get_string (id, NULL), NULL);

  if (person != NULL)
    lan_group_chat_set_role_async (self->group, person, role, NULL, on_changed,
                                   g_object_ref (self));
}

static void
on_make_member (GSimpleAction *action, GVariant *id, gpointer self)
{
  set_role (self, id, LAN_GROUP_CHAT_ROLE_MEMBER);
}

static void
on_make_administrator (GSimpleAction *action, GVariant *id, gpointer self)
{
  set_role (self, id, LAN_GROUP_CHAT_ROLE_ADMINISTRATOR);
}

static void
on_make_owner (GSimpleAction *action, GVariant *id, gpointer self)
{
  set_role (self, id, LAN_GROUP_CHAT_ROLE_OWNER);
}

static void
on_remove (GSimpleAction *action, GVariant *id, gpointer user_data)
{
  LanGroupPane *self = user_data;
  LanPerson *person = lan_node_find_person (self->node, g_variant_get_string (id, NULL), NULL);

  if (person != NULL)
    lan_group_chat_remove_async (self->group, person, NULL, on_changed, g_object_ref (self));
}

void
lan_group_pane_set_group (LanGroupPane *self, LanNode *node, LanGroupChat *group)
{
  if (self->group == group)
    return;
  save_name (self);
  save_topic (self);
  if (self->group != NULL)
    g_signal_handlers_disconnect_by_data (self->group, self);
  g_set_object (&self->node, node);
  g_set_object (&self->group, group);
  gtk_widget_hide (GTK_WIDGET (self->error_label));
  if (group == NULL)
    return;
  lan_avatar_set_person (self->avatar, lan_group_chat_get_peer (group));
  g_signal_connect_object (group, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
dispose (GObject *object)
{
  LanGroupPane *self = LAN_GROUP_PANE (object);

  g_clear_object (&self->group);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_group_pane_parent_class)->dispose (object);
}

static void
lan_group_pane_class_init (LanGroupPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  g_type_ensure (LAN_TYPE_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/group-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, avatar);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, kind_label);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, name_entry);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, topic_entry);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, mute_button);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, members_title);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, members_list);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, add_button);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, history_row);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, history_switch);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, error_label);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, convert_button);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, leave_button);
  gtk_widget_class_bind_template_child (widget_class, LanGroupPane, end_button);
  gtk_widget_class_bind_template_callback (widget_class, save_name);
  gtk_widget_class_bind_template_callback (widget_class, save_topic);
  gtk_widget_class_bind_template_callback (widget_class, on_name_left);
  gtk_widget_class_bind_template_callback (widget_class, on_topic_left);
  gtk_widget_class_bind_template_callback (widget_class, on_mute);
  gtk_widget_class_bind_template_callback (widget_class, on_history);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
  gtk_widget_class_bind_template_callback (widget_class, on_convert);
  gtk_widget_class_bind_template_callback (widget_class, on_leave);
  gtk_widget_class_bind_template_callback (widget_class, on_end);
}

static void
lan_group_pane_init (LanGroupPane *self)
{
  static const GActionEntry entries[] = {
    { .name = "member", .activate = on_make_member, .parameter_type = "s" },
    { .name = "administrator", .activate = on_make_administrator, .parameter_type = "s" },
    { .name = "owner", .activate = on_make_owner, .parameter_type = "s" },
    { .name = "remove", .activate = on_remove, .parameter_type = "s" },
  };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "group", G_ACTION_GROUP (actions));
  gtk_widget_init_template (GTK_WIDGET (self));
}
