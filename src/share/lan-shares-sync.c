/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What another member shows: rosters and heads, whoever signed them; pages that are missing are asked for.
 */
#include "lan-shares-private.h"

#include <string.h>

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
  if (g_hash_table_contains (one->joined, who) || !lan_share_is_member (one, who))
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
  m.share = lan_share_id_field (one);
  m.hashes = (ProtobufCBinaryData){ .len = n, .data = hashes };
  frame.body_case = LANYARD__FRAME__BODY_SHARE_PAGES_WANTED;
  frame.share_pages_wanted = &m;
  lan_shares_send (s, head->channel, &frame);
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

  if (!lan_share_is_member (one, &ch->account) || one->state == LAN_SHARE_LEFT ||
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
  if (!lan_share_is_member (one, &ch->account) || !lan_share_is_live (one))
    return LAN_STATUS_STATE;
  for (gsize at = 0; at < wanted->hashes.len; at += LAN_HASH_BYTES) {
    GBytes *page = g_hash_table_lookup (one->pages, wanted->hashes.data + at);
    Lanyard__SharePage m = LANYARD__SHARE_PAGE__INIT;
    LanFrame frame = LANYARD__FRAME__INIT;

    if (page == NULL)
      continue; /* a newer head took its place: that one is on its way to them */
    m.share = lan_share_id_field (one);
    m.data = lan_shares_data (page);
    frame.body_case = LANYARD__FRAME__BODY_SHARE_PAGE;
    frame.share_page = &m;
    lan_shares_send (s, ch->id, &frame);
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
