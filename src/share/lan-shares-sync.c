/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Between two members: each shows the other its roster and the heads it holds, whoever signed them;
 * pages that are missing are asked for. Nothing is shown to anybody whom the roster does not name, and
 * nothing of ours before it is on the disk.
 */
#include "lan-shares-private.h"

#include <string.h>

static ProtobufCBinaryData
data_of (GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  return (ProtobufCBinaryData){ .len = len, .data = (guint8 *) data };
}

static ProtobufCBinaryData
share_of (const LanShareOne *one)
{
  return (ProtobufCBinaryData){ .len = sizeof one->id.b, .data = (guint8 *) one->id.b };
}

static void
send (LanShares *s, guint64 channel, const LanFrame *frame)
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

  m.share = share_of (one);
  m.roster = data_of (one->paper);
  m.cert = data_of (one->cert);
  m.joined = lan_share_is_live (one);
  frame.body_case = LANYARD__FRAME__BODY_SHARE_ROSTER;
  frame.share_roster = &m;
  send (s, channel, &frame);
}

static void
send_head (LanShares *s, guint64 channel, const LanShareOne *one, const LanShareHeadOne *head)
{
  Lanyard__ShareHead m = LANYARD__SHARE_HEAD__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  m.share = share_of (one);
  m.head = data_of (head->bytes);
  m.cert = data_of (head->cert);
  m.pages = data_of (head->pages);
  frame.body_case = LANYARD__FRAME__BODY_SHARE_HEAD;
  frame.share_head = &m;
  send (s, channel, &frame);
}

void
lan_shares_say (LanShares *s, guint64 channel, const LanShareOne *one, const LanMessageId *id,
                Lanyard__ShareAnswerKind kind)
{
  Lanyard__ShareAnswer m = LANYARD__SHARE_ANSWER__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  m.share = share_of (one);
  if (id != NULL)
    m.id = (ProtobufCBinaryData){ .len = sizeof id->b, .data = (guint8 *) id->b };
  m.kind = kind;
  frame.body_case = LANYARD__FRAME__BODY_SHARE_ANSWER;
  frame.share_answer = &m;
  send (s, channel, &frame);
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

  if (one->roster_due || (told != NULL && *told == print))
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

static gboolean
is_member (const LanShareOne *one, const LanAccountId *account)
{
  return lan_share_roster_rights (&one->roster, account) != LAN_SHARE_NONE;
}

/* Those who are out hear it from the owner once; who is out of nothing hears nothing. */
static gboolean
is_shown (LanShares *s, const LanShareOne *one, const LanAccountId *account)
{
  if (lan_share_is_live (one))
    return is_member (one, account);
  return one->state == LAN_SHARE_ENDED && g_hash_table_contains (one->joined, account) &&
         lan_account_id_equal (&one->roster.owner, lan_shares_self (s));
}

/* The owner's last word to somebody taken out: a roster without them. */
static void
tell_out (LanShares *s, const LanShareChannel *ch, LanShareOne *one)
{
  if (one->roster_due || is_member (one, &ch->account) ||
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
    if (is_shown (s, one, &ch->account) && is_member (one, &ch->account))
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
    if (is_shown (s, one, &ch->account) && is_member (one, &ch->account)) {
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
    if (!is_member (one, out))
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
  one->roster_due = TRUE;
  lan_shares_keep_share (s, one);
  lan_shares_changed (s, one);
}

/* -- what comes in -- */

static void
refuse (LanShares *s, LanShareOne *one, const LanShareChannel *ch, const char *what)
{
  g_info ("a shared folder: %s", what);
  lan_shares_note (s, one, LAN_SHARE_LOG_REFUSED, &ch->account, 0, NULL, what);
  lan_shares_changed (s, one);
}

static guint
count_invites (const LanShares *s, const LanAccountId *owner)
{
  const LanShareOne *one;
  GHashTableIter iter;
  guint n = 0;

  g_hash_table_iter_init (&iter, s->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one))
    n += one->state == LAN_SHARE_INVITED && lan_account_id_equal (&one->roster.owner, owner);
  return n;
}

static void
take_roster (LanShareOne *one, const LanShareRoster *roster, const Lanyard__ShareRoster *m)
{
  one->roster = *roster;
  g_clear_pointer (&one->paper, g_bytes_unref);
  g_clear_pointer (&one->cert, g_bytes_unref);
  one->paper = g_bytes_new (m->roster.data, m->roster.len);
  one->cert = g_bytes_new (m->cert.data, m->cert.len);
}

/* The first word of a share comes from its owner, and from nobody else. */
static LanStatus
on_new_roster (LanShares *s, const LanShareChannel *ch, const LanShareRoster *roster,
               const Lanyard__ShareRoster *m)
{
  LanShareOne *one;

  if (!lan_account_id_equal (&ch->account, &roster->owner) ||
      lan_share_roster_rights (roster, lan_shares_self (s)) == LAN_SHARE_NONE)
    return LAN_STATUS_STATE;
  if (g_hash_table_size (s->all) >= LAN_SHARES_MAX ||
      count_invites (s, &roster->owner) >= LAN_SHARES_MAX_INVITES)
    return LAN_STATUS_LIMIT;
  one = lan_shares_add (s, &roster->share);
  one->state = LAN_SHARE_INVITED;
  take_roster (one, roster, m);
  lan_shares_keep_share (s, one);
  lan_shares_note (s, one, LAN_SHARE_LOG_INVITED, &roster->owner, 0, NULL, NULL);
  lan_shares_changed (s, one);
  return LAN_STATUS_OK;
}

static void
on_newer_roster (LanShares *s, LanShareOne *one, const LanShareRoster *roster,
                 const Lanyard__ShareRoster *m)
{
  LanShareRights before = lan_share_roster_rights (&one->roster, lan_shares_self (s));
  LanShareRights rights = lan_share_roster_rights (roster, lan_shares_self (s));

  take_roster (one, roster, m);
  lan_shares_keep_share (s, one);
  if (rights != before)
    lan_shares_note (s, one, LAN_SHARE_LOG_RIGHTS, lan_shares_self (s), rights, NULL, NULL);
  if (rights == LAN_SHARE_NONE && one->state == LAN_SHARE_LEFT) {
    lan_shares_remove (s, one);
    return;
  }
  if (rights == LAN_SHARE_NONE) {
    if (one->state == LAN_SHARE_INVITED)
      lan_shares_remove (s, one);
    else if (one->state == LAN_SHARE_JOINED)
      lan_shares_end (s, one, LAN_SHARE_ENDED);
    return;
  }
  if (one->state == LAN_SHARE_ENDED) {
    one->state = LAN_SHARE_INVITED; /* taken in again */
    lan_shares_keep_share (s, one);
  }
  lan_shares_sweep (s, one);
  if (rights != before)
    lan_shares_scan_soon (s, one, 0); /* what was only changed here may be told now */
  lan_shares_changed (s, one);
  lan_shares_tell_all (s, one);
}

static void
note_joined (LanShares *s, LanShareOne *one, const LanAccountId *who)
{
  if (g_hash_table_contains (one->joined, who) || !is_member (one, who))
    return;
  g_hash_table_add (one->joined, g_memdup2 (who, sizeof *who));
  lan_shares_keep_share (s, one);
  lan_shares_note (s, one, LAN_SHARE_LOG_JOINED, who, 0, NULL, NULL);
  lan_shares_changed (s, one);
}

static gboolean
is_revoked (LanShares *s, const LanAccountId *account, const LanDeviceId *device)
{
  return s->config.is_revoked != NULL && s->config.is_revoked (account, device, s->config.data);
}

static LanStatus
on_roster (LanShares *s, const LanShareChannel *ch, LanShareOne *one, const Lanyard__ShareRoster *m)
{
  LanConversationId id;
  LanShareRoster roster;
  LanCert cert;
  LanStatus status =
      lan_share_roster_verify (&roster, m->roster.data, m->roster.len, m->cert.data, m->cert.len);

  memcpy (id.b, m->share.data, sizeof id.b);
  if (status == LAN_STATUS_OK && !lan_conversation_id_equal (&id, &roster.share))
    status = LAN_STATUS_MISMATCH;
  if (status == LAN_STATUS_OK)
    status = lan_cert_decode (&cert, m->cert.data, m->cert.len);
  if (status == LAN_STATUS_OK && is_revoked (s, &cert.account, &cert.device))
    status = LAN_STATUS_AUTH;
  if (status != LAN_STATUS_OK) {
    if (one != NULL)
      refuse (s, one, ch, "roster");
    return status;
  }
  if (one == NULL)
    return on_new_roster (s, ch, &roster, m);
  if (!lan_account_id_equal (&roster.owner, &one->roster.owner)) {
    refuse (s, one, ch, "owner");
    return LAN_STATUS_AUTH;
  }
  if (roster.seq > one->roster.seq) {
    on_newer_roster (s, one, &roster, m);
    one = lan_shares_find (s, &id);
  }
  if (one != NULL && m->joined)
    note_joined (s, one, &ch->account);
  return LAN_STATUS_OK;
}

static guint
count_missing (const LanShareOne *one, GBytes *pages)
{
  gsize len;
  const guint8 *list = g_bytes_get_data (pages, &len);
  guint n = 0;

  for (gsize at = 0; at < len; at += LAN_HASH_BYTES)
    n += !g_hash_table_contains (one->pages, list + at);
  return n;
}

static void
ask_pages (LanShares *s, LanShareOne *one, LanShareHeadOne *head)
{
  Lanyard__SharePagesWanted m = LANYARD__SHARE_PAGES_WANTED__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint8 hashes[LAN_SHARES_ASK_PAGES * LAN_HASH_BYTES];
  gsize len, n = 0;
  const guint8 *list = g_bytes_get_data (head->pages, &len);

  for (gsize at = 0; at < len && n < sizeof hashes; at += LAN_HASH_BYTES) {
    if (g_hash_table_contains (one->pages, list + at))
      continue;
    memcpy (hashes + n, list + at, LAN_HASH_BYTES);
    n += LAN_HASH_BYTES;
  }
  head->asked = (guint) (n / LAN_HASH_BYTES);
  m.share = share_of (one);
  m.hashes = (ProtobufCBinaryData){ .len = n, .data = hashes };
  frame.body_case = LANYARD__FRAME__BODY_SHARE_PAGES_WANTED;
  frame.share_pages_wanted = &m;
  send (s, head->channel, &frame);
}

/* Takes @head, which is complete. */
static LanStatus
finish_head (LanShares *s, LanShareOne *one, LanShareHeadOne *head, const LanShareChannel *ch)
{
  LanStatus status = lan_shares_merge_head (s, one, head);

  if (status != LAN_STATUS_OK) {
    lan_share_head_one_free (head);
    refuse (s, one, ch, "entries");
    return status;
  }
  lan_shares_keep_head (s, one, head);
  g_hash_table_replace (one->heads, &head->head.device, head);
  lan_shares_sweep (s, one);
  lan_shares_changed (s, one);
  lan_shares_work_on (s, one);
  lan_shares_update_wants (s);
  return LAN_STATUS_OK;
}

/* Whether a verified head is worth having; REPLAY: it is old news. */
static LanStatus
check_head (LanShares *s, LanShareOne *one, const LanShareHeadOne *head)
{
  const LanShareHeadOne *old = g_hash_table_lookup (one->heads, &head->head.device);

  if (!lan_conversation_id_equal (&head->head.share, &one->id))
    return LAN_STATUS_MISMATCH;
  if (lan_share_roster_rights (&one->roster, &head->account) != LAN_SHARE_WRITE ||
      is_revoked (s, &head->account, &head->head.device))
    return LAN_STATUS_AUTH;
  if (old == NULL && g_hash_table_size (one->heads) >= LAN_SHARES_MAX_HEADS)
    return LAN_STATUS_LIMIT;
  if (old == NULL || head->head.seq > old->head.seq)
    return LAN_STATUS_OK;
  if (head->head.seq == old->head.seq && !lan_hash_equal (&head->head.pages, &old->head.pages))
    return LAN_STATUS_AUTH; /* two of one number: whose device says both is not to be believed */
  return LAN_STATUS_REPLAY;
}

static LanShareHeadOne *
read_head (const Lanyard__ShareHead *m, LanStatus *status)
{
  LanShareHeadOne *head = g_new0 (LanShareHeadOne, 1);
  LanHash pages;

  *status = lan_share_head_verify (&head->head, &head->account, m->head.data, m->head.len,
                                   m->cert.data, m->cert.len);
  lan_hash_256 (&pages, m->pages.data, m->pages.len);
  if (*status == LAN_STATUS_OK && !lan_hash_equal (&pages, &head->head.pages))
    *status = LAN_STATUS_MALFORMED;
  head->bytes = g_bytes_new (m->head.data, m->head.len);
  head->cert = g_bytes_new (m->cert.data, m->cert.len);
  head->pages = g_bytes_new (m->pages.data, m->pages.len);
  return head;
}

static LanStatus
on_head (LanShares *s, const LanShareChannel *ch, LanShareOne *one, const Lanyard__ShareHead *m)
{
  const LanShareHeadOne *coming;
  LanShareHeadOne *head;
  LanStatus status;

  if (!is_member (one, &ch->account) || one->state == LAN_SHARE_LEFT ||
      one->state == LAN_SHARE_ENDED)
    return LAN_STATUS_STATE;
  head = read_head (m, &status);
  if (status == LAN_STATUS_OK)
    status = check_head (s, one, head);
  coming = g_hash_table_lookup (one->coming, &head->head.device);
  if (status == LAN_STATUS_OK && coming != NULL && coming->head.seq > head->head.seq)
    status = LAN_STATUS_REPLAY;
  if (status != LAN_STATUS_OK) {
    lan_share_head_one_free (head);
    if (status == LAN_STATUS_REPLAY || status == LAN_STATUS_LIMIT)
      return LAN_STATUS_STATE;
    refuse (s, one, ch, "head");
    /* Not a reason to talk no more: who passes it on may hold an older roster than ours. */
    return status == LAN_STATUS_AUTH ? LAN_STATUS_STATE : status;
  }
  head->missing = count_missing (one, head->pages);
  if (head->missing == 0) {
    g_hash_table_remove (one->coming, &head->head.device);
    return finish_head (s, one, head, ch);
  }
  if (coming != NULL && coming->head.seq == head->head.seq && coming->channel != 0) {
    lan_share_head_one_free (head);
    return LAN_STATUS_OK; /* being fetched from somebody else */
  }
  head->channel = ch->id;
  g_hash_table_replace (one->coming, &head->head.device, head);
  ask_pages (s, one, head);
  return LAN_STATUS_OK;
}

static LanStatus
on_pages_wanted (LanShares *s, const LanShareChannel *ch, LanShareOne *one,
                 const Lanyard__SharePagesWanted *wanted)
{
  if (!is_member (one, &ch->account) || !lan_share_is_live (one))
    return LAN_STATUS_STATE;
  for (gsize at = 0; at < wanted->hashes.len; at += LAN_HASH_BYTES) {
    GBytes *page = g_hash_table_lookup (one->pages, wanted->hashes.data + at);
    Lanyard__SharePage m = LANYARD__SHARE_PAGE__INIT;
    LanFrame frame = LANYARD__FRAME__INIT;

    if (page == NULL)
      continue; /* a newer head took its place: that one is on its way to them */
    m.share = share_of (one);
    m.data = data_of (page);
    frame.body_case = LANYARD__FRAME__BODY_SHARE_PAGE;
    frame.share_page = &m;
    send (s, ch->id, &frame);
  }
  return LAN_STATUS_OK;
}

static gboolean
names_page (const LanShareHeadOne *head, const LanHash *hash)
{
  gsize len;
  const guint8 *list = g_bytes_get_data (head->pages, &len);

  for (gsize at = 0; at < len; at += LAN_HASH_BYTES) {
    if (memcmp (list + at, hash->b, LAN_HASH_BYTES) == 0)
      return TRUE;
  }
  return FALSE;
}

static LanStatus
on_page (LanShares *s, const LanShareChannel *ch, LanShareOne *one, const Lanyard__SharePage *m)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new ();
  LanStatus status = LAN_STATUS_STATE;
  LanShareHeadOne *head;
  GHashTableIter iter;
  GBytes *page;
  LanHash hash;

  lan_hash_256 (&hash, m->data.data, m->data.len);
  if (g_hash_table_contains (one->pages, &hash))
    return LAN_STATUS_STATE;
  g_hash_table_iter_init (&iter, one->coming);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &head)) {
    if (!names_page (head, &hash))
      continue;
    status = LAN_STATUS_OK;
    head->missing--;
    if (head->channel == ch->id && head->asked > 0)
      head->asked--;
    if (head->missing == 0)
      g_ptr_array_add (done, head);
  }
  if (status != LAN_STATUS_OK)
    return status; /* nobody asked for it */
  if (one->page_bytes + m->data.len > LAN_SHARES_PAGE_BYTES)
    return LAN_STATUS_LIMIT;
  page = g_bytes_new (m->data.data, m->data.len);
  one->page_bytes += m->data.len;
  g_hash_table_insert (one->pages, g_memdup2 (&hash, sizeof hash), page);
  lan_shares_keep_page (s, one, &hash, page);
  g_hash_table_iter_init (&iter, one->coming);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &head)) {
    if (head->channel == ch->id && head->asked == 0 && head->missing > 0)
      ask_pages (s, one, head);
  }
  for (guint i = 0; i < done->len && status == LAN_STATUS_OK; i++) {
    head = g_ptr_array_index (done, i);
    g_hash_table_steal (one->coming, &head->head.device);
    status = finish_head (s, one, head, ch);
  }
  return status;
}

LanStatus
lan_shares_frame (LanShares *s, guint64 channel, const LanFrame *frame, LanTime now)
{
  const LanShareChannel *ch = g_hash_table_lookup (s->channels, &channel);
  const ProtobufCBinaryData *share;
  LanShareOne *one;

  s->now = now;
  /* Every share frame has the share's id first. */
  share = lan_frame_type (frame) >= LAN_FRAME_SHARE_ROSTER &&
                  lan_frame_type (frame) <= LAN_FRAME_SHARE_ANSWER
              ? &frame->share_roster->share
              : NULL;
  if (ch == NULL || share == NULL || share->len != LAN_CONVERSATION_ID_BYTES)
    return LAN_STATUS_STATE;
  one = g_hash_table_lookup (s->all, share->data);
  if (lan_frame_type (frame) == LAN_FRAME_SHARE_ROSTER)
    return on_roster (s, ch, one, frame->share_roster);
  if (one == NULL)
    return LAN_STATUS_STATE;
  switch (lan_frame_type (frame)) {
  case LAN_FRAME_SHARE_HEAD:
    return on_head (s, ch, one, frame->share_head);
  case LAN_FRAME_SHARE_PAGES_WANTED:
    return on_pages_wanted (s, ch, one, frame->share_pages_wanted);
  case LAN_FRAME_SHARE_PAGE:
    return on_page (s, ch, one, frame->share_page);
  case LAN_FRAME_SHARE_WANT:
    return lan_shares_on_want (s, ch, one, frame->share_want);
  default:
    return lan_shares_on_answer (s, ch, one, frame->share_answer);
  }
}
