/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * LanPerson: a snapshot of what the engine knows of an account, as GObject properties. It decides
 * nothing; its methods are commands to the engine.
 */
#include "lan-person-private.h"

#include "lan-enum-types.h"
#include "lan-group-address.h"
#include "lan-group-chat-private.h"
#include "lan-node-private.h"

struct _LanPerson {
  GObject parent_instance;

  LanNode *node; /* borrowed, NULL when orphaned */
  char *id;
  LanGroupChat *group; /* that it stands for; NULL: a person */
  LanAccountId account;
  LanPersonInfo info;
};

G_DEFINE_FINAL_TYPE (LanPerson, lan_person, G_TYPE_OBJECT)

enum {
  PROP_ID = 1,
  PROP_NAME,
  PROP_TRUST,
  PROP_ONLINE,
  PROP_PRESENCE,
  PROP_STATUS_TEXT,
  PROP_ACCEPTED,
  PROP_BLOCKED,
  PROP_REQUEST,
  PROP_FAVOURITE,
  PROP_MUTED,
  PROP_KEEP_DAYS,
  PROP_NOTE,
  PROP_TYPING,
  PROP_PATH,
  PROP_RTT_US,
  PROP_LAST_SEEN,
  PROP_CLAIMS_PLACE_OF,
  PROP_MERGED_INTO,
  PROP_LOGIN,
  PROP_TITLE,
  PROP_DEPARTMENT,
  PROP_LEVEL,
  PROP_MAILBOX,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
lan_person_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LanPerson *self = LAN_PERSON (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_NAME:
    g_value_set_string (value, lan_person_get_name (self));
    break;
  case PROP_TRUST:
    g_value_set_enum (value, (int) lan_person_get_trust (self));
    break;
  case PROP_ONLINE:
    g_value_set_boolean (value, self->info.online);
    break;
  case PROP_PRESENCE:
    g_value_set_enum (value, (int) self->info.presence);
    break;
  case PROP_STATUS_TEXT:
    g_value_set_string (value, lan_person_get_status_text (self));
    break;
  case PROP_ACCEPTED:
    g_value_set_boolean (value, lan_person_get_accepted (self));
    break;
  case PROP_BLOCKED:
    g_value_set_boolean (value, lan_person_get_blocked (self));
    break;
  case PROP_REQUEST:
    g_value_set_boolean (value, self->info.request);
    break;
  case PROP_FAVOURITE:
    g_value_set_boolean (value, lan_person_get_favourite (self));
    break;
  case PROP_MUTED:
    g_value_set_boolean (value, lan_person_get_muted (self));
    break;
  case PROP_KEEP_DAYS:
    g_value_set_uint (value, lan_person_get_keep_days (self));
    break;
  case PROP_NOTE:
    g_value_set_string (value, lan_person_get_note (self));
    break;
  case PROP_TYPING:
    g_value_set_boolean (value, self->info.typing);
    break;
  case PROP_PATH:
    g_value_set_string (value, lan_person_get_path (self));
    break;
  case PROP_RTT_US:
    g_value_set_int64 (value, self->info.rtt_us);
    break;
  case PROP_LAST_SEEN:
    g_value_set_int64 (value, self->info.last_seen_ms);
    break;
  case PROP_CLAIMS_PLACE_OF:
    g_value_set_object (value, lan_person_get_claims_place_of (self));
    break;
  case PROP_MERGED_INTO:
    g_value_set_object (value, lan_person_get_merged_into (self));
    break;
  case PROP_LOGIN:
    g_value_set_string (value, lan_person_get_login (self));
    break;
  case PROP_TITLE:
    g_value_set_string (value, lan_person_get_title (self));
    break;
  case PROP_DEPARTMENT:
    g_value_set_string (value, lan_person_get_department (self));
    break;
  case PROP_LEVEL:
    g_value_set_uint (value, self->info.level);
    break;
  case PROP_MAILBOX:
    g_value_set_boolean (value, self->info.mailbox);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
lan_person_finalize (GObject *object)
{
  LanPerson *self = LAN_PERSON (object);

  g_clear_object (&self->group);
  lan_person_info_clear (&self->info);
  g_free (self->id);
  G_OBJECT_CLASS (lan_person_parent_class)->finalize (object);
}

static void
lan_person_class_init (LanPersonClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lan_person_get_property;
  object_class->finalize = lan_person_finalize;

  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_TRUST] = g_param_spec_enum ("trust", NULL, NULL, LAN_TYPE_PERSON_TRUST, 0, flags);
  props[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, FALSE, flags);
  props[PROP_PRESENCE] =
      g_param_spec_enum ("presence", NULL, NULL, LAN_TYPE_PERSON_PRESENCE, 0, flags);
  props[PROP_STATUS_TEXT] = g_param_spec_string ("status-text", NULL, NULL, NULL, flags);
  props[PROP_ACCEPTED] = g_param_spec_boolean ("accepted", NULL, NULL, FALSE, flags);
  props[PROP_BLOCKED] = g_param_spec_boolean ("blocked", NULL, NULL, FALSE, flags);
  props[PROP_REQUEST] = g_param_spec_boolean ("request", NULL, NULL, FALSE, flags);
  props[PROP_FAVOURITE] = g_param_spec_boolean ("favourite", NULL, NULL, FALSE, flags);
  props[PROP_MUTED] = g_param_spec_boolean ("muted", NULL, NULL, FALSE, flags);
  props[PROP_KEEP_DAYS] = g_param_spec_uint ("keep-days", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_NOTE] = g_param_spec_string ("note", NULL, NULL, NULL, flags);
  props[PROP_TYPING] = g_param_spec_boolean ("typing", NULL, NULL, FALSE, flags);
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  props[PROP_RTT_US] = g_param_spec_int64 ("rtt-us", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_LAST_SEEN] = g_param_spec_int64 ("last-seen", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_CLAIMS_PLACE_OF] =
      g_param_spec_object ("claims-place-of", NULL, NULL, LAN_TYPE_PERSON, flags);
  props[PROP_MERGED_INTO] = g_param_spec_object ("merged-into", NULL, NULL, LAN_TYPE_PERSON, flags);
  props[PROP_LOGIN] = g_param_spec_string ("login", NULL, NULL, NULL, flags);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_DEPARTMENT] = g_param_spec_string ("department", NULL, NULL, NULL, flags);
  props[PROP_LEVEL] = g_param_spec_uint ("level", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_MAILBOX] = g_param_spec_boolean ("mailbox", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lan_person_init (LanPerson *self)
{
  self->info.path = "";
}

LanPerson *
lan_person_new (LanNode *node, const LanAccountId *account)
{
  LanPerson *self = g_object_new (LAN_TYPE_PERSON, NULL);
  LanConversationId group;

  self->node = node;
  self->account = *account;
  self->info.account = *account;
  if (lan_group_of_address (account, &group)) {
    self->id = lan_conversation_id_to_hex (&group);
    self->group = lan_group_chat_new (node, self);
  } else {
    self->id = lan_account_id_to_hex (account);
  }
  return self;
}

void
lan_person_orphan (LanPerson *self)
{
  self->node = NULL;
  if (self->group != NULL)
    lan_group_chat_orphan (self->group);
}

const LanAccountId *
lan_person_peek_account (LanPerson *self)
{
  return &self->account;
}

LanNode *
lan_person_peek_node (LanPerson *self)
{
  return self->node;
}

/* Which properties differ between the two snapshots, as a bit set. */
static guint32
compare (const LanPersonInfo *a, const LanPersonInfo *b)
{
  guint32 bits = 0, flags = a->flags ^ b->flags;

#define DIFFERS(prop, test) bits |= (test) ? 1u << (prop) : 0
  DIFFERS (PROP_NAME, g_strcmp0 (a->name, b->name) != 0);
  DIFFERS (PROP_NOTE, g_strcmp0 (a->note, b->note) != 0);
  DIFFERS (PROP_STATUS_TEXT, g_strcmp0 (a->status_text, b->status_text) != 0);
  DIFFERS (PROP_TRUST, a->trust != b->trust);
  DIFFERS (PROP_ONLINE, a->online != b->online);
  DIFFERS (PROP_PRESENCE, a->presence != b->presence);
  DIFFERS (PROP_ACCEPTED, (flags & LAN_PERSON_ACCEPTED) != 0);
  DIFFERS (PROP_BLOCKED, (flags & LAN_PERSON_BLOCKED) != 0);
  DIFFERS (PROP_FAVOURITE, (flags & LAN_PERSON_FAVOURITE) != 0);
  DIFFERS (PROP_MUTED, (flags & LAN_PERSON_MUTED) != 0);
  DIFFERS (PROP_KEEP_DAYS, (flags & LAN_KEEP_MASK) != 0);
  DIFFERS (PROP_REQUEST, a->request != b->request);
  DIFFERS (PROP_TYPING, a->typing != b->typing);
  DIFFERS (PROP_PATH, g_strcmp0 (a->path, b->path) != 0);
  DIFFERS (PROP_RTT_US, a->rtt_us != b->rtt_us);
  DIFFERS (PROP_LAST_SEEN, a->last_seen_ms != b->last_seen_ms);
  DIFFERS (PROP_CLAIMS_PLACE_OF, !lan_account_id_equal (&a->replaces, &b->replaces));
  DIFFERS (PROP_MERGED_INTO, !lan_account_id_equal (&a->merged_into, &b->merged_into));
  DIFFERS (PROP_LOGIN, g_strcmp0 (a->login, b->login) != 0);
  DIFFERS (PROP_TITLE, g_strcmp0 (a->title, b->title) != 0);
  DIFFERS (PROP_DEPARTMENT, g_strcmp0 (a->department, b->department) != 0);
  DIFFERS (PROP_LEVEL, a->level != b->level);
  DIFFERS (PROP_MAILBOX, a->mailbox != b->mailbox);
#undef DIFFERS
  return bits;
}

void
lan_person_set_own_presence (LanPerson *self, LanPersonPresence presence, const char *text)
{
  gboolean other_presence = self->info.presence != presence;
  gboolean other_text = g_strcmp0 (self->info.status_text, text) != 0;

  self->info.presence = presence;
  if (other_text) {
    g_free (self->info.status_text);
    self->info.status_text = g_strdup (text);
  }
  g_object_freeze_notify (G_OBJECT (self));
  if (other_presence)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PRESENCE]);
  if (other_text)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS_TEXT]);
  g_object_thaw_notify (G_OBJECT (self));
}

gboolean
lan_person_apply (LanPerson *self, LanPersonInfo *info)
{
  guint32 bits = compare (&self->info, info);

  if (bits == 0)
    return FALSE;
  lan_person_info_clear (&self->info);
  self->info = *info;
  memset (info, 0, sizeof *info);

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    if ((bits & 1u << i) != 0)
      g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  g_object_thaw_notify (G_OBJECT (self));
  return TRUE;
}

gboolean
lan_person_is_self (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), FALSE);
  return self->node != NULL && lan_node_get_self (self->node) == self;
}

LanGroupChat *
lan_person_get_group (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return self->group;
}

const char *
lan_person_get_id (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return self->id;
}

const char *
lan_person_get_name (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return self->info.name != NULL && self->info.name[0] != '\0' ? self->info.name : "?";
}

LanPersonTrust
lan_person_get_trust (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), LAN_PERSON_TRUST_CLAIMED);
  switch (self->info.trust) {
  case LAN_TRUST_TOFU:
    return LAN_PERSON_TRUST_TOFU;
  case LAN_TRUST_ATTESTED:
    return LAN_PERSON_TRUST_ATTESTED;
  case LAN_TRUST_VERIFIED:
    return LAN_PERSON_TRUST_VERIFIED;
  case LAN_TRUST_CHANGED:
    return LAN_PERSON_TRUST_CHANGED;
  case LAN_TRUST_REVOKED:
    return LAN_PERSON_TRUST_REVOKED;
  case LAN_TRUST_CLAIMED:
  case LAN_TRUST_N:
    break;
  }
  return LAN_PERSON_TRUST_CLAIMED;
}

gboolean
lan_person_get_online (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), FALSE);
  return self->info.online;
}

LanPersonPresence
lan_person_get_presence (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), LAN_PERSON_PRESENCE_OFFLINE);
  return self->info.presence;
}

const char *
lan_person_get_status_text (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return self->info.status_text != NULL ? self->info.status_text : "";
}

gboolean
lan_person_get_accepted (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), FALSE);
  return (self->info.flags & LAN_PERSON_ACCEPTED) != 0;
}

gboolean
lan_person_get_blocked (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), FALSE);
  return (self->info.flags & LAN_PERSON_BLOCKED) != 0;
}

gboolean
lan_person_get_request (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), FALSE);
  return self->info.request;
}

gboolean
lan_person_get_favourite (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), FALSE);
  return (self->info.flags & LAN_PERSON_FAVOURITE) != 0;
}

gboolean
lan_person_get_muted (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), FALSE);
  return (self->info.flags & LAN_PERSON_MUTED) != 0;
}

guint
lan_person_get_keep_days (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), 0);
  return lan_keep_days (self->info.flags);
}

const char *
lan_person_get_note (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return self->info.note != NULL ? self->info.note : "";
}

gboolean
lan_person_get_typing (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), FALSE);
  return self->info.typing;
}

const char *
lan_person_get_path (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return self->info.path != NULL ? self->info.path : "";
}

gint64
lan_person_get_rtt_us (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), 0);
  return self->info.rtt_us;
}

gint64
lan_person_get_last_seen (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), 0);
  return self->info.last_seen_ms;
}

const char *
lan_person_get_login (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return self->info.login != NULL ? self->info.login : "";
}

const char *
lan_person_get_title (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return self->info.title != NULL ? self->info.title : "";
}

const char *
lan_person_get_department (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return self->info.department != NULL ? self->info.department : "";
}

guint
lan_person_get_level (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), 0);
  return self->info.level;
}

const char *
lan_person_get_standing (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), "");
  return self->info.standing != NULL ? self->info.standing : "";
}

gboolean
lan_person_get_mailbox (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), FALSE);
  return self->info.mailbox;
}

static LanPerson *
find_other (LanPerson *self, const LanAccountId *account)
{
  return self->node == NULL || lan_account_id_is_zero (account)
             ? NULL
             : lan_node_peek_person (self->node, account);
}

LanPerson *
lan_person_get_claims_place_of (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return find_other (self, &self->info.replaces);
}

LanPerson *
lan_person_get_merged_into (LanPerson *self)
{
  g_return_val_if_fail (LAN_IS_PERSON (self), NULL);
  return find_other (self, &self->info.merged_into);
}
