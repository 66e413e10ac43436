/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a member is shown: the roster and the heads one holds, whoever signed them. Nothing is shown to anybody
 * whom the roster does not name, and nothing of ours before it is on the disk.
 */
#include "lan-shares-private.h"

ProtobufCBinaryData
lan_shares_data (GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  return (ProtobufCBinaryData){ .len = len, .data = (guint8 *) data };
}

ProtobufCBinaryData
lan_share_id_field (const LanShareOne *one)
{
  return (ProtobufCBinaryData){ .len = sizeof one->id.b, .data = (guint8 *) one->id.b };
}

void
lan_shares_send (LanShares *s, guint64 channel, const LanFrame *frame)
{
  LanSharesAction *action = lan_shares_push (s, LAN_SHARES_SEND, NULL);

  action->channel = channel;
  action->frame = lan_frame_encode (frame);
}

/* -- what is shown -- */

static void
send_roster (LanShares *s, guint64 channel, const LanShareOne *one)
{
  Lanyard__ShareRoster m = LANYARD__SHARE_ROSTER__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  m.share = lan_share_id_field (one);
  m.roster = lan_shares_data (one->paper);
  m.cert = lan_shares_data (one->cert);
  m.joined = lan_share_is_live (one);
  frame.body_case = LANYARD__FRAME__BODY_SHARE_ROSTER;
  frame.share_roster = &m;
  lan_shares_send (s, channel, &frame);
}

static void
send_head (LanShares *s, guint64 channel, const LanShareOne *one, const LanShareHeadOne *head)
{
  Lanyard__ShareHead m = LANYARD__SHARE_HEAD__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  m.share = lan_share_id_field (one);
  m.head = lan_shares_data (head->bytes);
  m.cert = lan_shares_data (head->cert);
  m.pages = lan_shares_data (head->pages);
  frame.body_case = LANYARD__FRAME__BODY_SHARE_HEAD;
  frame.share_head = &m;
  lan_shares_send (s, channel, &frame);
}

void
lan_shares_say (LanShares *s, guint64 channel, const LanShareOne *one, const LanMessageId *id,
                Lanyard__ShareAnswerKind kind)
{
  Lanyard__ShareAnswer m = LANYARD__SHARE_ANSWER__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  m.share = lan_share_id_field (one);
  if (id != NULL)
    m.id = (ProtobufCBinaryData){ .len = sizeof id->b, .data = (guint8 *) id->b };
  m.kind = kind;
  frame.body_case = LANYARD__FRAME__BODY_SHARE_ANSWER;
  frame.share_answer = &m;
  lan_shares_send (s, channel, &frame);
}

/* Changes with everything that is shown. */
static guint64
print_of (const LanShareOne *one)
{
  const LanShareHeadOne *head;
  guint64 print = one->roster.seq * 0x9e3779b97f4a7c15u + one->state;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, one->heads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &head)) {
    if (head->is_kept)
      print += (head->head.seq + 1) * (lan_device_id_hash (&head->head.device) | 1u);
  }
  return print;
}

static void
tell (LanShares *s, const LanShareChannel *ch, LanShareOne *one)
{
  guint64 print = print_of (one);
  const guint64 *told = g_hash_table_lookup (one->told, &ch->account);
  const LanShareHeadOne *head;
  GHashTableIter iter;

  if (one->roster_batch != 0 || (told != NULL && *told == print))
    return;
  send_roster (s, ch->id, one);
  g_hash_table_iter_init (&iter, one->heads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &head)) {
    if (head->is_kept)
      send_head (s, ch->id, one, head);
  }
  g_hash_table_replace (one->told, g_memdup2 (&ch->account, sizeof ch->account),
                        g_memdup2 (&print, sizeof print));
}

gboolean
lan_share_is_member (const LanShareOne *one, const LanAccountId *account)
{
  return lan_share_roster_rights (&one->roster, account) != LAN_SHARE_NONE;
}

/* Those who are out hear it from the owner once; who is out of nothing hears nothing. */
static gboolean
is_shown (LanShares *s, const LanShareOne *one, const LanAccountId *account)
{
  if (lan_share_is_live (one))
    return lan_share_is_member (one, account);
  return one->state == LAN_SHARE_ENDED && g_hash_table_contains (one->joined, account) &&
         lan_account_id_equal (&one->roster.owner, lan_shares_self (s));
}

/* The owner's last word to somebody taken out: a roster without them. */
static void
tell_out (LanShares *s, const LanShareChannel *ch, LanShareOne *one)
{
  if (one->roster_batch != 0 || lan_share_is_member (one, &ch->account) ||
      !lan_account_id_equal (&one->roster.owner, lan_shares_self (s)) ||
      !g_hash_table_contains (one->joined, &ch->account))
    return;
  send_roster (s, ch->id, one);
  g_hash_table_remove (one->joined, &ch->account);
  lan_shares_keep_share (s, one);
}

guint64
lan_shares_channel_of (const LanShares *s, const LanAccountId *account)
{
  const LanShareChannel *ch;
  GHashTableIter iter;
  guint64 newest = 0;

  g_hash_table_iter_init (&iter, s->channels);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &ch)) {
    if (lan_account_id_equal (&ch->account, account))
      newest = MAX (newest, ch->id);
  }
  return newest;
}

void
lan_shares_tell_all (LanShares *s, LanShareOne *one)
{
  g_autoptr (GHashTable) done = g_hash_table_new (lan_account_id_hash, lan_account_id_equal);
  const LanShareChannel *ch;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->channels);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &ch)) {
    if (ch->id != lan_shares_channel_of (s, &ch->account) ||
        !g_hash_table_add (done, (gpointer) &ch->account))
      continue;
    if (is_shown (s, one, &ch->account) && lan_share_is_member (one, &ch->account))
      tell (s, ch, one);
    else
      tell_out (s, ch, one);
  }
  lan_shares_update_wants (s);
}

void
lan_shares_sync_up (LanShares *s, const LanShareChannel *ch)
{
  g_autoptr (GPtrArray) ids = lan_shares_list (s);

  for (guint i = 0; i < ids->len; i++) {
    LanShareOne *one = lan_shares_find (s, g_ptr_array_index (ids, i));

    if (one->state == LAN_SHARE_LEFT && lan_account_id_equal (&one->roster.owner, &ch->account)) {
      lan_shares_say (s, ch->id, one, NULL, LANYARD__SHARE_ANSWER_KIND__SHARE_LEFT);
      continue;
    }
    /* What was lost with the last channel is not known: everything again. */
    g_hash_table_remove (one->told, &ch->account);
    if (is_shown (s, one, &ch->account) && lan_share_is_member (one, &ch->account)) {
      tell (s, ch, one);
      lan_shares_touch_all (s, one);
      lan_shares_work_on (s, one);
    } else {
      tell_out (s, ch, one);
    }
  }
  lan_shares_update_wants (s);
}

void
lan_shares_sync_down (LanShares *s, guint64 channel)
{
  LanShareOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    LanShareHeadOne *head;
    GHashTableIter heads;

    g_hash_table_iter_init (&heads, one->coming);
    while (g_hash_table_iter_next (&heads, NULL, (gpointer *) &head)) {
      if (head->channel == channel)
        head->channel = 0;
    }
  }
}

/* Whom something is still to be shown to, or fetched from. */
static void
note_wants (LanShares *s, LanShareOne *one, GHashTable *wants)
{
  guint64 print = print_of (one);
  gboolean fetches = one->todo.length > 0 || g_hash_table_size (one->coming) > 0;
  GHashTableIter iter;
  LanAccountId *out;

  if (one->state == LAN_SHARE_LEFT)
    g_hash_table_add (wants, &one->roster.owner);
  /* Who was taken out is to hear of it. */
  g_hash_table_iter_init (&iter, one->joined);
  while (lan_account_id_equal (&one->roster.owner, lan_shares_self (s)) &&
         g_hash_table_iter_next (&iter, (gpointer *) &out, NULL)) {
    if (!lan_share_is_member (one, out))
      g_hash_table_add (wants, out);
  }
  if (!lan_share_is_live (one))
    return;
  for (guint i = 0; i <= one->roster.n_members; i++) {
    LanAccountId *account =
        i < one->roster.n_members ? &one->roster.members[i].account : &one->roster.owner;
    const guint64 *told = g_hash_table_lookup (one->told, account);

    if (!lan_account_id_equal (account, lan_shares_self (s)) &&
        (fetches || told == NULL || *told != print))
      g_hash_table_add (wants, account);
  }
}

static void
want (LanShares *s, const LanAccountId *account, gboolean on)
{
  LanSharesAction *action = lan_shares_push (s, LAN_SHARES_WANT, NULL);

  action->peer = *account;
  action->on = on;
}

void
lan_shares_update_wants (LanShares *s)
{
  g_autoptr (GHashTable) wants = g_hash_table_new (lan_account_id_hash, lan_account_id_equal);
  const LanAccountId *account;
  LanShareFetch *fetch;
  GHashTableIter iter;
  LanShareOne *one;

  g_hash_table_iter_init (&iter, s->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one))
    note_wants (s, one, wants);
  g_hash_table_iter_init (&iter, s->fetches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &fetch))
    g_hash_table_add (wants, &fetch->from);
  lan_shares_arrived_want (s, wants);
  g_hash_table_iter_init (&iter, s->wants);
  while (g_hash_table_iter_next (&iter, (gpointer *) &account, NULL)) {
    if (g_hash_table_contains (wants, account))
      continue;
    want (s, account, FALSE);
    g_hash_table_iter_remove (&iter);
  }
  g_hash_table_iter_init (&iter, wants);
  while (g_hash_table_iter_next (&iter, (gpointer *) &account, NULL)) {
    if (g_hash_table_contains (s->wants, account))
      continue;
    want (s, account, TRUE);
    g_hash_table_add (s->wants, g_memdup2 (account, sizeof *account));
  }
}

void
lan_shares_sign_roster (LanShares *s, LanShareOne *one)
{
  one->roster.seq++;
  g_clear_pointer (&one->paper, g_bytes_unref);
  g_clear_pointer (&one->cert, g_bytes_unref);
  one->paper = lan_share_roster_sign (&one->roster, s->config.device);
  one->cert = g_bytes_ref (s->cert);
  lan_shares_keep_share (s, one);
  one->roster_batch = s->last_batch + 1; /* the one that is being collected */
  lan_shares_changed (s, one);
}
