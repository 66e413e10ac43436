/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-person-bar.h"

#include "lan-confirm.h"
#include "lan-group-look.h"

#include <glib/gi18n.h>

#define NARROW_WIDTH 460 /* below it the buttons need the room of the margin */

typedef enum {
  CASE_NONE,
  CASE_BLOCKED,
  CASE_CHANGED, /* this key stands under the name of somebody known */
  CASE_HELD,    /* somebody else stands under this person's name */
  CASE_REQUEST,
  CASE_INVITED, /* into a group */
  CASE_CLOSED,  /* a group into which nothing can be written */
} Case;

struct _LanPersonBar {
  GtkBox parent;
  LanNode *node;
  LanConversation *conversation;
  Case shown;
  gboolean is_narrow;
  guint narrow_id;
  GtkImage *icon;
  GtkBox *buttons;
  GtkLabel *title_label;
  GtkLabel *text_label;
  GtkButton *first_button;
  GtkButton *second_button;
  GtkButton *third_button;
};

static guint compare_signal;

G_DEFINE_TYPE (LanPersonBar, lan_person_bar, GTK_TYPE_BOX)

static LanPerson *
person (LanPersonBar *self)
{
  return lan_conversation_get_person (self->conversation);
}

/* Who stands under @known's name: not owned. */
static LanPerson *
find_claimant (LanPersonBar *self, LanPerson *known)
{
  GListModel *people = lan_node_get_people (self->node);
  guint n = g_list_model_get_n_items (people);

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanPerson) other = g_list_model_get_item (people, i);

    if (lan_person_get_claims_place_of (other) == known && !lan_person_get_blocked (other))
      return other;
  }
  return NULL;
}

static char *
apart_key (LanPerson *newcomer)
{
  return g_strdup_printf ("app.apart.%s", lan_person_get_id (newcomer));
}

static gboolean
is_kept_apart (LanPersonBar *self, LanPerson *newcomer)
{
  g_autofree char *key = apart_key (newcomer);

  return lan_node_get_setting (self->node, key) != NULL;
}

static Case
find_case (LanPersonBar *self)
{
  LanPerson *who = person (self);
  LanGroupChat *group = lan_person_get_group (who);
  LanPerson *claimant;

  if (group != NULL)
    return lan_group_look_closed (group) != NULL ? CASE_CLOSED
           : lan_group_chat_get_invited (group)  ? CASE_INVITED
                                                 : CASE_NONE;
  if (lan_person_get_blocked (who))
    return CASE_BLOCKED;
  if (lan_person_get_claims_place_of (who) != NULL && !is_kept_apart (self, who))
    return CASE_CHANGED;
  if (lan_person_get_request (who) || lan_conversation_get_request (self->conversation))
    return CASE_REQUEST;
  claimant = find_claimant (self, who);
  if (lan_conversation_get_held (self->conversation) ||
      (claimant != NULL && !is_kept_apart (self, claimant)))
    return CASE_HELD;
  return CASE_NONE;
}

static void
show (LanPersonBar *self, const char *title, const char *text, const char *first,
      const char *second, const char *third)
{
  const char *const labels[] = { first, second, third };
  GtkButton *const buttons[] = { self->first_button, self->second_button, self->third_button };

  gtk_label_set_text (self->title_label, title);
  gtk_label_set_text (self->text_label, text);
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++) {
    gtk_widget_set_visible (GTK_WIDGET (buttons[i]), labels[i] != NULL);
    if (labels[i] == NULL)
      continue;
    /* Large text in a narrow window breaks the line rather than being cut. */
    gtk_button_set_label (buttons[i], labels[i]);
    gtk_label_set_line_wrap (GTK_LABEL (gtk_bin_get_child (GTK_BIN (buttons[i]))), TRUE);
  }
}

static void
show_changed (LanPersonBar *self)
{
  LanPerson *known = lan_person_get_claims_place_of (person (self));
  g_autofree char *title =
      g_strdup_printf (_ ("This is not the %s you know"), lan_person_get_name (known));

  show (self, title,
        _ ("Somebody uses this name with another key: perhaps a new computer, perhaps an impostor. "
           "Ask by telephone or in person before you decide. What waits stays with the old key."),
        _ ("Compare words"), _ ("Same person"), _ ("Keep apart"));
}

static void
show_held (LanPersonBar *self)
{
  LanPerson *claimant = find_claimant (self, person (self));
  g_autofree char *title = g_strdup_printf (_ ("Somebody else uses the name %s now"),
                                            lan_person_get_name (person (self)));

  show (self, title,
        _ ("Messages you write here wait for the key you know and go to nobody else until you "
           "decide."),
        claimant != NULL ? _ ("Show the new one") : NULL, NULL, NULL);
}

static void
show_invited (LanPersonBar *self)
{
  LanGroupChat *group = lan_person_get_group (person (self));
  LanPerson *inviter = lan_group_chat_get_inviter (group);
  g_autofree char *title = NULL;

  if (inviter != NULL)
    title = g_strdup_printf (_ ("%s invites you to %s"), lan_person_get_name (inviter),
                             lan_group_chat_get_name (group));
  else
    title = g_strdup_printf (_ ("You are invited to %s"), lan_group_chat_get_name (group));
  show (self, title,
        _ ("You have not compared words with who invites you. The others do not learn whether you "
           "read this until you join."),
        _ ("Join"), _ ("Decline"), NULL);
}

static void
show_closed (LanPersonBar *self)
{
  show (self, lan_group_look_closed (lan_person_get_group (person (self))),
        _ ("What was said stays here."), NULL, NULL, NULL);
}

static void
update_look (LanPersonBar *self)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));
  gboolean warns = self->shown == CASE_CHANGED || self->shown == CASE_HELD;

  if (warns)
    gtk_style_context_add_class (context, "wrn");
  else
    gtk_style_context_remove_class (context, "wrn");
  gtk_image_set_from_icon_name (self->icon,
                                warns ? "dialog-warning-symbolic" : "contact-new-symbolic",
                                GTK_ICON_SIZE_LARGE_TOOLBAR);
  gtk_widget_set_visible (GTK_WIDGET (self), self->shown != CASE_NONE);
}

static void
update (LanPersonBar *self)
{
  g_autofree char *title = NULL;

  self->shown = self->conversation != NULL ? find_case (self) : CASE_NONE;
  switch (self->shown) {
  case CASE_BLOCKED:
    show (self, _ ("You blocked this person"), _ ("Nothing of them gets in."), NULL, _ ("Unblock"),
          NULL);
    break;
  case CASE_CHANGED:
    show_changed (self);
    break;
  case CASE_HELD:
    show_held (self);
    break;
  case CASE_REQUEST:
    title =
        g_strdup_printf (_ ("%s would like to write to you"), lan_person_get_name (person (self)));
    show (self, title,
          _ ("You have not written to each other before. They do not learn whether you read this "
             "until you accept."),
          _ ("Accept"), _ ("Block"), NULL);
    break;
  case CASE_INVITED:
    show_invited (self);
    break;
  case CASE_CLOSED:
    show_closed (self);
    break;
  case CASE_NONE:
  default:
    break;
  }
  update_look (self);
}

static void
on_merge_confirmed (gpointer user_data)
{
  LanPersonBar *self = user_data;
  LanPerson *who = person (self);

  if (lan_person_get_claims_place_of (who) != NULL)
    lan_person_merge (who, lan_person_get_claims_place_of (who));
}

static void
ask_merge (LanPersonBar *self)
{
  LanPerson *known = lan_person_get_claims_place_of (person (self));
  g_autofree char *title = g_strdup_printf (_ ("Is this really %s?"), lan_person_get_name (known));

  lan_confirm_ask (GTK_WIDGET (self), title,
                   _ ("The new key takes the place of the old one, and what waits is sent to it. "
                      "This cannot be taken back."),
                   _ ("Same person"), on_merge_confirmed, self);
}

static void
on_first (LanPersonBar *self)
{
  LanPerson *claimant;

  switch (self->shown) {
  case CASE_CHANGED:
    g_signal_emit (self, compare_signal, 0);
    break;
  case CASE_HELD:
    claimant = find_claimant (self, person (self));
    if (claimant != NULL)
      g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "open-chat",
                                      g_variant_new_string (lan_person_get_id (claimant)));
    break;
  case CASE_REQUEST:
    lan_person_accept (person (self));
    break;
  case CASE_INVITED:
    lan_group_chat_join (lan_person_get_group (person (self)));
    break;
  case CASE_CLOSED:
  case CASE_NONE:
  case CASE_BLOCKED:
  default:
    break;
  }
}

static void
on_second (LanPersonBar *self)
{
  switch (self->shown) {
  case CASE_BLOCKED:
    lan_person_block (person (self), FALSE);
    break;
  case CASE_CHANGED:
    ask_merge (self);
    break;
  case CASE_REQUEST:
    lan_person_block (person (self), TRUE);
    break;
  case CASE_INVITED:
    lan_group_chat_leave_async (lan_person_get_group (person (self)), NULL, NULL, NULL);
    break;
  case CASE_CLOSED:
  case CASE_NONE:
  case CASE_HELD:
  default:
    break;
  }
}

static void
on_third (LanPersonBar *self)
{
  g_autofree char *key = NULL;

  if (self->shown != CASE_CHANGED)
    return;
  key = apart_key (person (self));
  lan_node_set_setting (self->node, key, "1");
  update (self);
}

void
lan_person_bar_set (LanPersonBar *self, LanNode *node, LanConversation *conversation)
{
  if (self->conversation != NULL) {
    g_signal_handlers_disconnect_by_data (self->conversation, self);
    g_signal_handlers_disconnect_by_data (person (self), self);
    if (lan_person_get_group (person (self)) != NULL)
      g_signal_handlers_disconnect_by_data (lan_person_get_group (person (self)), self);
  }
  if (g_set_object (&self->node, node) && node != NULL)
    g_signal_connect_object (node, "person-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_set_object (&self->conversation, conversation);
  if (conversation != NULL) {
    g_signal_connect_object (conversation, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    g_signal_connect_object (person (self), "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    if (lan_person_get_group (person (self)) != NULL)
      g_signal_connect_object (lan_person_get_group (person (self)), "changed", G_CALLBACK (update),
                               self, G_CONNECT_SWAPPED);
  }
  update (self);
}

static gboolean
on_narrow (gpointer user_data)
{
  LanPersonBar *self = user_data;
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));

  self->narrow_id = 0;
  if (self->is_narrow)
    gtk_style_context_add_class (context, "narrow");
  else
    gtk_style_context_remove_class (context, "narrow");
  gtk_widget_set_margin_start (GTK_WIDGET (self->buttons), self->is_narrow ? 0 : 36);
  return G_SOURCE_REMOVE;
}

/* Not at once: what is being allocated must not ask for another size. */
static void
size_allocate (GtkWidget *widget, GtkAllocation *allocation)
{
  LanPersonBar *self = LAN_PERSON_BAR (widget);
  gboolean is_narrow = allocation->width < NARROW_WIDTH;

  GTK_WIDGET_CLASS (lan_person_bar_parent_class)->size_allocate (widget, allocation);
  if (is_narrow == self->is_narrow)
    return;
  self->is_narrow = is_narrow;
  if (self->narrow_id == 0)
    self->narrow_id = g_idle_add_full (GTK_PRIORITY_RESIZE - 1, on_narrow, self, NULL);
}

static void
dispose (GObject *object)
{
  LanPersonBar *self = LAN_PERSON_BAR (object);

  g_clear_handle_id (&self->narrow_id, g_source_remove);
  g_clear_object (&self->conversation);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_person_bar_parent_class)->dispose (object);
}

static void
lan_person_bar_class_init (LanPersonBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->size_allocate = size_allocate;
  compare_signal = g_signal_new ("compare", LAN_TYPE_PERSON_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/person-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LanPersonBar, icon);
  gtk_widget_class_bind_template_child (widget_class, LanPersonBar, title_label);
  gtk_widget_class_bind_template_child (widget_class, LanPersonBar, text_label);
  gtk_widget_class_bind_template_child (widget_class, LanPersonBar, buttons);
  gtk_widget_class_bind_template_child (widget_class, LanPersonBar, first_button);
  gtk_widget_class_bind_template_child (widget_class, LanPersonBar, second_button);
  gtk_widget_class_bind_template_child (widget_class, LanPersonBar, third_button);
  gtk_widget_class_bind_template_callback (widget_class, on_first);
  gtk_widget_class_bind_template_callback (widget_class, on_second);
  gtk_widget_class_bind_template_callback (widget_class, on_third);
}

static void
lan_person_bar_init (LanPersonBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
