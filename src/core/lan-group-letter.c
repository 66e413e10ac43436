/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Letters of a group: what of our own log in it waits for a member who is not at hand goes sealed to
 * each device of theirs, left at the server and with carriers, as what waits in a conversation of
 * two. The records are those of the group's synchronisation, keys in their boxes included; only
 * their author seals them. A LanCoreTalk with .group set stands for one member: mail and carriers
 * see a log, how far it has come, and whom it is for. Where too much waits, or nothing is known of
 * what they have, it is left to the next meeting.
 */
#include "lan-group-private.h"
#include "lan-mail-private.h"

static gboolean
is_usable_person (const LanCorePerson *person)
{
  for (guint i = 0; i < person->devices->len; i++)
    if (lan_mail_is_usable (g_ptr_array_index (person->devices, i)))
      return TRUE;
  return person->attested || lan_core_is_accepted (person);
}

/* Kept from now on: a row is to name them. */
LanCoreTalk *
lan_group_letters (LanCore *core, LanGroup *group, const LanAccountId *account)
{
  LanCoreTalk *talk = g_hash_table_lookup (group->letters, account);
  LanCorePerson *person;

  if (talk != NULL)
    return talk;
  person = lan_core_find_person (core, account);
  if (person == NULL || lan_core_is_me (core, person) || !is_usable_person (person))
    return NULL;
  if (core->started)
    lan_core_keep_person (core, person);
  else if (!person->kept)
    return NULL;
  talk = lan_talk_new (&group->row.conversation, person);
  talk->group = group;
  talk->own = group->own;
  g_hash_table_insert (group->letters, &talk->row.peer, talk);
  return talk;
}

LanCoreTalk *
lan_core_find_outlet (LanCore *core, const LanConversationId *id, const LanDeviceId *holder)
{
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, id);
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  const LanAccountId *account;

  if (talk != NULL || group == NULL)
    return talk;
  account = lan_group_author (core, group, holder);
  return account != NULL ? lan_group_letters (core, group, account) : NULL;
}

gboolean
lan_group_find_author (LanCore *core, const LanConversationId *id, const LanDeviceId *device,
                       LanAccountId *account)
{
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  const LanAccountId *author = group != NULL ? lan_group_author (core, group, device) : NULL;

  if (author != NULL)
    *account = *author;
  return author != NULL;
}

GPtrArray *
lan_core_list_outlets (LanCore *core, const LanCorePerson *person)
{
  GPtrArray *all = g_ptr_array_new ();
  GHashTableIter iter, inner;
  gpointer value;

  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (person == NULL || ((LanCoreTalk *) value)->peer == person)
      g_ptr_array_add (all, value);
  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    g_hash_table_iter_init (&inner, ((LanGroup *) value)->letters);
    while (g_hash_table_iter_next (&inner, NULL, &value))
      if (person == NULL || ((LanCoreTalk *) value)->peer == person)
        g_ptr_array_add (all, value);
  }
  return all;
}

/* ---- what may go ---- */

/* Only what was written while they were a member, and while they cannot be met. */
gboolean
lan_group_letters_may (LanCore *core, const LanCoreTalk *talk)
{
  LanGroup *group = talk->group;

  return lan_group_we_are_in (core, group) && !lan_group_is_restoring (group) &&
         lan_group_is_member (group, &talk->peer->row.account) &&
         !lan_group_is_at_hand (core, &talk->peer->row.account);
}

/* What of our own log is new to @device, when @up_to is what it is known to have or to be given;
 * 0: nothing, or too much. */
guint64
lan_group_letters_next (LanCoreTalk *talk, guint64 up_to)
{
  guint64 last = talk->own->committed.seq;

  if (up_to >= last || talk->letter_bytes >= LAN_GROUP_LETTER_BYTES)
    return 0;
  return last - up_to <= LAN_GROUP_LETTER_RECORDS ? up_to + 1 : 0;
}

/* ---- when ---- */

/* They were at hand up to here: others have given them what there was, but for the very newest. */
static void
note_seen (LanCoreTalk *talk)
{
  guint64 seq = talk->own->committed.seq;

  talk->seen_seq = seq > LAN_GROUP_LETTER_OVERLAP ? seq - LAN_GROUP_LETTER_OVERLAP : 0;
  talk->letter_bytes = 0;
}

/* A point that does not know what they have begins where they were seen last. */
static void
begin_where_seen (LanCore *core, LanCoreTalk *talk)
{
  if (talk->seen_seq == 0 || lan_talk_delivered (talk, &talk->own->device) >= talk->seen_seq)
    return;
  for (guint i = 0; i < talk->peer->devices->len; i++) {
    const LanCoreDevice *device = g_ptr_array_index (talk->peer->devices, i);
    LanMailPoint *point = lan_mail_get_point (talk, &device->row.device);

    if (point->base >= talk->seen_seq)
      continue;
    point->base = talk->seen_seq;
    if (point->kept)
      lan_mail_touch_point (core, talk, point);
  }
}

static void
arm_member (LanCore *core, LanGroup *group, const LanAccountId *account)
{
  LanCoreTalk *talk = lan_group_letters (core, group, account);

  if (talk == NULL)
    return;
  if (lan_group_is_at_hand (core, account)) {
    note_seen (talk);
    return;
  }
  begin_where_seen (core, talk);
  lan_mail_arm (core, talk);
}

static gboolean
has_ways (const LanCore *core)
{
  return core->mail->mailbox != LAN_MAILBOX_NONE || lan_carry_has_carriers (core);
}

void
lan_group_arm_letters (LanCore *core, LanGroup *group)
{
  if (!core->started || group->own->committed.seq == 0 || !has_ways (core) ||
      !lan_group_we_are_in (core, group))
    return;
  for (guint i = 0; i < group->state->members->len; i++)
    arm_member (core, group,
                &((LanGroupMember *) g_ptr_array_index (group->state->members, i))->account);
}

void
lan_group_arm_all_letters (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_group_arm_letters (core, value);
}

/* @person has come or gone, or their devices are others. */
void
lan_group_arm_letters_to (LanCore *core, LanCorePerson *person)
{
  GHashTableIter iter;
  gpointer value;

  if (!core->started || lan_core_is_me (core, person) || !has_ways (core))
    return;
  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanGroup *group = value;

    if (group->own->committed.seq > 0 && lan_group_we_are_in (core, group) &&
        lan_group_is_member (group, &person->row.account))
      arm_member (core, group, &person->row.account);
  }
}

/* ---- what has come of it ---- */

/* @device of @account has our own log up to @seq: they said so, or a carrier proved it. */
void
lan_group_letters_held (LanCore *core, LanGroup *group, const LanAccountId *account,
                        const LanDeviceId *device, guint64 seq)
{
  LanCoreTalk *talk;
  LanHolding *holding;

  if (!core->started || seq == 0 || seq > group->own->committed.seq)
    return;
  talk = lan_group_letters (core, group, account);
  if (talk == NULL)
    return;
  holding = lan_talk_holding (talk, device, &group->own->device);
  if (seq <= holding->seq)
    return;
  holding->seq = seq;
  holding->dirty = TRUE;
  talk->letter_bytes = 0;
  lan_core_touch_holdings (core, talk);
  lan_mail_on_holding (core, talk, device, seq);
  lan_carry_on_holding (core, talk, device, seq);
}

void
lan_group_has_own (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq)
{
  lan_group_letters_held (core, talk->group, &talk->peer->row.account, holder, seq);
  lan_group_tell_states (core, talk->group);
}

/* Told when the batch that is being collected is committed: see lan_group_letters_kept(). */
void
lan_group_letters_moved (LanCore *core, LanCoreTalk *talk)
{
  lan_group_tell (core, talk->group);
}

void
lan_group_letters_kept (LanCore *core, const LanCoreAction *event)
{
  LanGroup *group = event->type == LAN_CORE_CONVERSATION
                        ? g_hash_table_lookup (core->groups, &event->conversation.id)
                        : NULL;

  if (group != NULL)
    lan_group_tell_moved (core, group);
}

/* How far our own log has come towards @account: @has on a disk of theirs, @left at least at the
 * server, @carried at least in somebody's hands. */
void
lan_group_get_way (LanCore *core, LanGroup *group, const LanAccountId *account, LanGroupWay *way)
{
  LanCoreTalk *talk = g_hash_table_lookup (group->letters, account);
  const guint64 *read = g_hash_table_lookup (group->reads, account);
  GHashTableIter iter;
  gpointer value;

  way->read = read != NULL ? *read : 0;
  way->has = way->read;
  g_hash_table_iter_init (&iter, group->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const LanGroupPeer *peer = value;

    if (lan_account_id_equal (&peer->account, account))
      way->has = MAX (way->has, lan_group_held (peer, &group->own->device));
  }
  if (talk != NULL)
    way->has = MAX (way->has, lan_talk_delivered (talk, &group->own->device));
  way->left = MAX (way->has, talk != NULL ? lan_mail_left_up_to (talk) : 0);
  way->carried = MAX (way->left, talk != NULL ? lan_carry_up_to (core, talk) : 0);
}

void
lan_group_least_way (LanCore *core, LanGroup *group, LanGroupWay *least)
{
  *least = (LanGroupWay){ G_MAXUINT64, G_MAXUINT64, G_MAXUINT64, G_MAXUINT64 };
  for (guint i = 0; i < group->state->members->len; i++) {
    const LanGroupMember *member = g_ptr_array_index (group->state->members, i);
    LanGroupWay way;

    if (lan_account_id_equal (&member->account, &core->self))
      continue;
    lan_group_get_way (core, group, &member->account, &way);
    least->read = MIN (least->read, way.read);
    least->has = MIN (least->has, way.has);
    least->left = MIN (least->left, way.left);
    least->carried = MIN (least->carried, way.carried);
  }
}

void
lan_group_letters_new_device (LanGroup *group)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, group->letters);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((LanCoreTalk *) value)->own = group->own;
}

/* ---- taking ---- */

/* A letter may be how a group is heard of, and only with the record that begins it. */
static LanGroup *
begin (LanCore *core, LanCoreChannel *via, const LanRecordView *view)
{
  if (view->kind != LAN_KIND_GROUP_OP || view->seq != 1)
    return NULL;
  return lan_group_join (core, via, view->conversation.b);
}

/* Whether it can be of use later: from people who may bring a group, or will, as it seems. */
static LanLetterVerdict
put_off (const LanCoreChannel *via)
{
  return lan_core_is_accepted (via->person) || via->person->attested ? LAN_LETTER_LATER
                                                                     : LAN_LETTER_REFUSED;
}

LanLetterVerdict
lan_group_take_letter (LanCore *core, LanCoreChannel *via, const LanRecordView *view, GBytes *blob)
{
  LanGroup *group = lan_group_find (core, view->conversation.b);
  LanCoreLog *log;
  guint refused = 0;

  if (group == NULL)
    group = begin (core, via, view);
  if (group == NULL)
    return g_hash_table_contains (core->talks, &view->conversation) ? LAN_LETTER_REFUSED
                                                                    : put_off (via);
  if (!lan_group_may_bring (core, group, via))
    return g_hash_table_contains (group->state->ever, &via->person->row.account)
               ? LAN_LETTER_REFUSED
               : put_off (via);
  log = lan_group_log (group, &view->device);
  if (log == NULL || view->seq > log->head.seq) {
    gsize len;
    const guint8 *data = g_bytes_get_data (blob, &len);

    (void) lan_core_take_group_record (core, via, data, len, &refused);
    log = lan_group_log (group, &view->device);
  }
  if (refused > 0 || (log != NULL && log->branched))
    return LAN_LETTER_REFUSED;
  return log != NULL && view->seq <= log->committed.seq ? LAN_LETTER_KEPT : LAN_LETTER_LATER;
}
