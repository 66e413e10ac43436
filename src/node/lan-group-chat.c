/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * LanGroupChat: a snapshot of a group. What can be asked of it is in lan-group-chat-calls.c.
 */
#include "lan-group-chat-private.h"

#include "lan-enum-types.h"
#include "lan-message-private.h"
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-text.h"

#define NAMES_MAX 4 /* of members, where the group has none */

struct _LanGroupChat {
  GObject parent_instance;

  LanNode *node;   /* borrowed, NULL when orphaned */
  LanPerson *peer; /* owns this; NULL when it is gone */
  char *id;
  char *name;         /* shown */
  GPtrArray *members; /* of LanGroupChatMember */
  gboolean known;
  LanGroupChatInfo info;
};

G_DEFINE_BOXED_TYPE (LanGroupChatMember, lan_group_chat_member, lan_group_chat_member_copy,
                     lan_group_chat_member_free)
G_DEFINE_FINAL_TYPE (LanGroupChat, lan_group_chat, G_TYPE_OBJECT)

enum { PROP_ID = 1, PROP_NAME, PROP_PEER, PROP_ROLE, PROP_KIND, N_PROPS };

static GParamSpec *props[N_PROPS];

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

LanGroupChatMember *
lan_group_chat_member_copy (const LanGroupChatMember *member)
{
  LanGroupChatMember *copy = g_memdup2 (member, sizeof *member);

  g_object_ref (copy->person);
  return copy;
}

void
lan_group_chat_member_free (LanGroupChatMember *member)
{
  g_object_unref (member->person);
  g_free (member);
}

static void
lan_group_chat_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LanGroupChat *self = LAN_GROUP_CHAT (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, lan_group_chat_get_id (self));
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_PEER:
    g_value_set_object (value, self->peer);
    break;
  case PROP_ROLE:
    g_value_set_enum (value, (int) self->info.role);
    break;
  case PROP_KIND:
    g_value_set_enum (value, (int) self->info.kind);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_group_chat_finalize (GObject *object)
{
  LanGroupChat *self = LAN_GROUP_CHAT (object);

  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_clear_weak_pointer (&self->peer);
  lan_group_chat_info_clear (&self->info);
  g_free (self->id);
  g_free (self->name);
  G_OBJECT_CLASS (lan_group_chat_parent_class)->finalize (object);
}

static void
lan_group_chat_class_init (LanGroupChatClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lan_group_chat_get_property;
  object_class->finalize = lan_group_chat_finalize;
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_PEER] = g_param_spec_object ("peer", NULL, NULL, LAN_TYPE_PERSON, flags);
  props[PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, LAN_TYPE_GROUP_CHAT_ROLE, 0, flags);
  props[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, LAN_TYPE_GROUP_CHAT_KIND,
                                        LAN_GROUP_CHAT_KIND_GROUP, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  /**
   * LanGroupChat::changed:
   *
   * Anything about it, or of its members, may have changed.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
lan_group_chat_init (LanGroupChat *self)
{
  self->members = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_group_chat_member_free);
  self->name = g_strdup ("?");
  self->info.kind = LAN_GROUP_CHAT_KIND_GROUP;
}

LanGroupChat *
lan_group_chat_new (LanNode *node, LanPerson *peer)
{
  LanGroupChat *self = g_object_new (LAN_TYPE_GROUP_CHAT, NULL);

  self->node = node;
  g_set_weak_pointer (&self->peer, peer);
  self->id = g_strdup (lan_person_get_id (peer));
  return self;
}

void
lan_group_chat_orphan (LanGroupChat *self)
{
  self->node = NULL;
}

/* Its own, or those of the others in it. */
static char *
shown_name (LanGroupChat *self)
{
  LanPerson *own = lan_node_get_self (self->node);
  GString *names;
  guint n = 0;

  if (self->info.name != NULL && *self->info.name != '\0')
    return g_strdup (self->info.name);
  names = g_string_new (NULL);
  for (guint i = 0; i < self->members->len; i++) {
    const LanGroupChatMember *member = g_ptr_array_index (self->members, i);

    if (member->person == own)
      continue;
    if (n++ < NAMES_MAX)
      g_string_append_printf (names, "%s%s", n > 1 ? ", " : "",
                              lan_person_get_name (member->person));
  }
  if (n > NAMES_MAX)
    g_string_append_printf (names, ", … (%u)", self->members->len);
  if (n == 0)
    g_string_append (names, "?");
  return g_string_free (names, FALSE);
}

static void
take_members (LanGroupChat *self)
{
  g_ptr_array_set_size (self->members, 0);
  for (guint i = 0; self->info.members != NULL && i < self->info.members->len; i++) {
    const LanGroupMemberNews *news = g_ptr_array_index (self->info.members, i);
    LanGroupChatMember *member = g_new0 (LanGroupChatMember, 1);

    member->person = g_object_ref (lan_node_ensure_person (self->node, &news->account));
    member->role = news->role;
    member->forked = news->forked;
    member->typing = news->typing;
    member->delivered = news->delivered;
    member->read = news->read;
    g_ptr_array_add (self->members, member);
  }
}

gboolean
lan_group_chat_apply (LanGroupChat *self, LanGroupChatInfo *info)
{
  LanPersonInfo as_person = { .account = *lan_person_peek_account (self->peer),
                              .trust = LAN_TRUST_TOFU,
                              .flags = LAN_PERSON_ACCEPTED,
                              .path = "" };
  gboolean is_first = !self->known;

  self->known = TRUE;
  lan_group_chat_info_clear (&self->info);
  self->info = *info;
  *info = (LanGroupChatInfo){ 0 };
  take_members (self);
  g_free (self->name);
  self->name = shown_name (self);
  as_person.name = g_strdup (self->name);
  as_person.status_text = g_strdup (self->info.topic);
  as_person.flags |= self->info.muted ? LAN_PERSON_MUTED : 0;
  (void) lan_keep_set_days (&as_person.flags, self->info.keep_days);
  as_person.request = self->info.invited;
  lan_person_apply (self->peer, &as_person);
  lan_person_info_clear (&as_person);
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = PROP_NAME; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  g_object_thaw_notify (G_OBJECT (self));
  g_signal_emit (self, signals[CHANGED], 0);
  return is_first;
}

LanNode *
lan_group_chat_peek_node (LanGroupChat *self)
{
  return self->node;
}

const char *
lan_group_chat_get_id (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), NULL);
  return self->id;
}

LanPerson *
lan_group_chat_get_peer (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), NULL);
  return self->peer;
}

const char *
lan_group_chat_get_name (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), NULL);
  return self->name;
}

const char *
lan_group_chat_get_own_name (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), NULL);
  return self->info.name != NULL ? self->info.name : "";
}

const char *
lan_group_chat_get_topic (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), NULL);
  return self->info.topic != NULL ? self->info.topic : "";
}

GBytes *
lan_group_chat_get_picture (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), NULL);
  return self->info.picture;
}

LanGroupChatKind
lan_group_chat_get_kind (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), LAN_GROUP_CHAT_KIND_GROUP);
  return self->info.kind;
}

LanGroupChatRole
lan_group_chat_get_role (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), LAN_GROUP_CHAT_ROLE_NONE);
  return self->info.role;
}

gboolean
lan_group_chat_get_open_history (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), FALSE);
  return self->info.open_history;
}

gboolean
lan_group_chat_get_ended (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), FALSE);
  return self->info.ended ||
         (self->info.ends_ms != 0 && g_get_real_time () / 1000 >= self->info.ends_ms);
}

gint64
lan_group_chat_get_ends (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), 0);
  return self->info.ends_ms;
}

gboolean
lan_group_chat_get_invited (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), FALSE);
  return self->info.invited;
}

LanPerson *
lan_group_chat_get_inviter (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), NULL);
  if (self->node == NULL || lan_account_id_is_zero (&self->info.inviter))
    return NULL;
  return lan_node_peek_person (self->node, &self->info.inviter);
}

gboolean
lan_group_chat_get_muted (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), FALSE);
  return self->info.muted;
}

guint
lan_group_chat_get_forks (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), 0);
  return self->info.forks;
}

GPtrArray *
lan_group_chat_get_members (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), NULL);
  return self->members;
}

const LanGroupChatMember *
lan_group_chat_find_member (LanGroupChat *self, LanPerson *person)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self) && LAN_IS_PERSON (person), NULL);
  for (guint i = 0; i < self->members->len; i++) {
    const LanGroupChatMember *member = g_ptr_array_index (self->members, i);

    if (member->person == person)
      return member;
  }
  return NULL;
}

GPtrArray *
lan_group_chat_list_readers (LanGroupChat *self, LanMessage *message, gboolean read)
{
  GPtrArray *people = g_ptr_array_new ();
  const LanMessageInfo *info = lan_message_peek_info (message);

  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), people);
  for (guint i = 0; info->own && info->seq > 0 && i < self->members->len; i++) {
    const LanGroupChatMember *member = g_ptr_array_index (self->members, i);

    if (info->this_device && member->person != lan_message_get_author (message) &&
        (read ? member->read : member->delivered) >= info->seq)
      g_ptr_array_add (people, member->person);
  }
  return people;
}

gboolean
lan_group_chat_may_manage (LanGroupChat *self)
{
  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), FALSE);
  return !lan_group_chat_get_ended (self) &&
         self->info.role >= (self->info.kind == LAN_GROUP_CHAT_KIND_GROUP
                                 ? LAN_GROUP_CHAT_ROLE_ADMINISTRATOR
                                 : LAN_GROUP_CHAT_ROLE_MEMBER);
}

gboolean
lan_group_chat_may_remove (LanGroupChat *self, LanPerson *person)
{
  const LanGroupChatMember *member = lan_group_chat_find_member (self, person);

  g_return_val_if_fail (LAN_IS_GROUP_CHAT (self), FALSE);
  if (member == NULL || lan_group_chat_get_ended (self) || self->node == NULL ||
      person == lan_node_get_self (self->node))
    return FALSE;
  return self->info.role == LAN_GROUP_CHAT_ROLE_OWNER ||
         (self->info.role == LAN_GROUP_CHAT_ROLE_ADMINISTRATOR && member->role < self->info.role);
}

const char *
lan_group_chat_kind_name (LanGroupChatKind kind)
{
  return kind == LAN_GROUP_CHAT_KIND_DISCUSSION  ? "discussion"
         : kind == LAN_GROUP_CHAT_KIND_TEMPORARY ? "temporary"
                                                 : "group";
}

const char *
lan_group_chat_role_name (LanGroupChatRole role)
{
  static const char *const names[] = { "none", "member", "administrator", "owner" };

  return (guint) role < G_N_ELEMENTS (names) ? names[role] : "none";
}
