/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The machine of shared folders against two others of whom one owns a share and the other may write, or
 * only read. The first byte chooses: bytes as a page, a roster, a head or a row of the store; or a script,
 * one letter for each step, in which the papers are signed as they should be unless it says otherwise.
 */
#include "lan-shares.h"
#include "lan-tree-hash.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  LanSeededRandom random;
  LanAccountKeys *accounts[3]; /* oneself, the owner, another member */
  LanDeviceKeys *devices[3];
  GBytes *certs[3];
} Cast;

typedef struct {
  const Cast *cast;
  LanShares *shares;
  LanReader script;
  LanTime now;
  LanConversationId id;
  LanMessageId last; /* the newest transfer that was asked for */
} Play;

static const Cast *
get_cast (void)
{
  static Cast cast;

  if (cast.certs[0] != NULL)
    return &cast;
  lan_seeded_random_init (&cast.random, 7);
  for (guint i = 0; i < 3; i++) {
    cast.accounts[i] = lan_account_keys_new (&cast.random.base);
    cast.devices[i] =
        lan_device_keys_new (lan_account_keys_id (cast.accounts[i]), &cast.random.base);
    cast.certs[i] =
        lan_cert_issue (cast.accounts[i], cast.devices[i], "Somebody", 0, 4000000000, 1, 0);
  }
  return &cast;
}

/* The one content that is known to its last byte. */
static LanHash
root_of_d (void)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);
  LanHash root;

  lan_tree_update (tree, (const guint8 *) "d", 1);
  g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_OK);
  return root;
}

static ProtobufCBinaryData
data_of (GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  return (ProtobufCBinaryData){ len, (guint8 *) data };
}

static void
send (Play *play, guint channel, LanFrame *frame)
{
  LanStatus status = lan_shares_frame (play->shares, channel, frame, play->now);

  g_assert_cmpint (status, <, LAN_STATUS_N);
}

static void
send_roster (Play *play, guint8 how)
{
  Lanyard__ShareRoster m = LANYARD__SHARE_ROSTER__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint signer = (how & 0x40) != 0 ? 2 : 1;
  LanShareRoster roster = { .share = play->id,
                            .owner = *lan_account_keys_id (
                                play->cast->accounts[(how & 0x20) != 0 ? 2 : 1]),
                            .seq = 1 + (how >> 2 & 7),
                            .name = "Plans" };
  g_autoptr (GBytes) paper = NULL;

  if ((how & 3) != 0)
    (void) lan_share_roster_set (&roster, lan_account_keys_id (play->cast->accounts[0]),
                                 (how & 2) != 0 ? LAN_SHARE_WRITE : LAN_SHARE_READ);
  if ((how & 0x20) == 0)
    (void) lan_share_roster_set (&roster, lan_account_keys_id (play->cast->accounts[2]),
                                 (how & 1) != 0 ? LAN_SHARE_WRITE : LAN_SHARE_READ);
  if ((how & 0x80) != 0)
    roster.share.b[3] ^= 1;
  paper = lan_share_roster_sign (&roster, play->cast->devices[signer]);
  m.share = (ProtobufCBinaryData){ sizeof play->id.b, play->id.b };
  m.roster = data_of (paper);
  m.cert = data_of (play->cast->certs[signer]);
  m.joined = TRUE;
  frame.body_case = LANYARD__FRAME__BODY_SHARE_ROSTER;
  frame.share_roster = &m;
  send (play, signer, &frame);
}

/* A folder of a few entries; what is in it depends on @kind. */
static GPtrArray *
pages_of (Play *play, guint who, guint8 kind, guint32 *entries)
{
  static const char *const paths[] = { "a", "b/c", "B", "b", "d" };
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  LanShareEntry all[G_N_ELEMENTS (paths)] = { 0 };
  GPtrArray *pages;

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    static const guint order[] = { 2, 0, 3, 1, 4 };
    LanShareEntry *entry = &all[i];

    entry->path = g_strdup (paths[order[i]]);
    entry->kind = (kind & 1u << i) != 0 ? LAN_SHARE_GONE
                  : i == 2              ? LAN_SHARE_FOLDER
                                        : LAN_SHARE_FILE;
    entry->size = entry->kind == LAN_SHARE_FILE ? kind : 0;
    entry->mtime_ms = kind;
    if (entry->kind == LAN_SHARE_FILE)
      entry->root.b[0] = (guint8) (kind + i);
    if (entry->kind == LAN_SHARE_FILE && strcmp (entry->path, "d") == 0) {
      entry->size = 1;
      entry->root = root_of_d ();
    }
    lan_share_entry_bump (entry, lan_device_keys_id (play->cast->devices[who]), 1 + (kind >> 5));
    g_ptr_array_add (list, entry);
  }
  *entries = list->len;
  pages = lan_share_pages_make (list);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    lan_share_entry_clear (&all[i]);
  return pages;
}

static void
send_head (Play *play, guint8 how, guint8 kind, gboolean with_page)
{
  Lanyard__ShareHead m = LANYARD__SHARE_HEAD__INIT;
  Lanyard__SharePage p = LANYARD__SHARE_PAGE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint who = 1 + (how & 1);
  LanShareHead head = { .share = play->id, .seq = how >> 4, .roster_seq = 1 };
  g_autoptr (GPtrArray) pages = pages_of (play, who, kind, &head.entries);
  g_autoptr (GByteArray) list = g_byte_array_new ();
  g_autoptr (GBytes) paper = NULL;

  for (guint i = 0; i < pages->len; i++) {
    GBytes *page = g_ptr_array_index (pages, i);
    LanHash hash;

    lan_hash_256 (&hash, g_bytes_get_data (page, NULL), g_bytes_get_size (page));
    g_byte_array_append (list, hash.b, sizeof hash.b);
  }
  lan_hash_256 (&head.pages, list->data, list->len);
  if ((how & 2) != 0)
    head.entries += 1;
  if ((how & 4) != 0)
    head.pages.b[0] ^= 1;
  if ((how & 8) != 0)
    head.share.b[0] ^= 1;
  paper = lan_share_head_sign (&head, play->cast->devices[who]);
  m.share = (ProtobufCBinaryData){ sizeof play->id.b, play->id.b };
  m.head = data_of (paper);
  m.cert = data_of (play->cast->certs[who]);
  m.pages = (ProtobufCBinaryData){ list->len, list->data };
  frame.body_case = LANYARD__FRAME__BODY_SHARE_HEAD;
  frame.share_head = &m;
  send (play, who, &frame);
  if (!with_page)
    return;
  p.share = m.share;
  p.data = data_of (g_ptr_array_index (pages, 0));
  frame.body_case = LANYARD__FRAME__BODY_SHARE_PAGE;
  frame.share_page = &p;
  send (play, who, &frame);
}

/* Asks for the page that send_head() of the same kind brought, or for one that is not there. */
static void
want_page (Play *play, guint8 kind)
{
  Lanyard__SharePagesWanted m = LANYARD__SHARE_PAGES_WANTED__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint32 entries;
  g_autoptr (GPtrArray) pages = pages_of (play, 1, kind, &entries);
  GBytes *page = g_ptr_array_index (pages, 0);
  LanHash hash;

  lan_hash_256 (&hash, g_bytes_get_data (page, NULL), g_bytes_get_size (page));
  m.share = (ProtobufCBinaryData){ sizeof play->id.b, play->id.b };
  m.hashes = (ProtobufCBinaryData){ sizeof hash.b, hash.b };
  frame.body_case = LANYARD__FRAME__BODY_SHARE_PAGES_WANTED;
  frame.share_pages_wanted = &m;
  send (play, 2, &frame);
}

static void
want_content (Play *play, guint8 how)
{
  Lanyard__ShareWant m = LANYARD__SHARE_WANT__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanHash root = { { how } };
  LanMessageId id = { { how } };

  m.share = (ProtobufCBinaryData){ sizeof play->id.b, play->id.b };
  m.id = (ProtobufCBinaryData){ sizeof id.b, id.b };
  m.root = (ProtobufCBinaryData){ sizeof root.b, root.b };
  m.size = how;
  m.path = (char *) "a";
  m.short_ok = (how & 1) != 0;
  if (how == 'd' || how == 'D') {
    root = root_of_d ();
    m.size = 1;
    m.path = (char *) "d";
    m.short_ok = how == 'd';
  }
  frame.body_case = LANYARD__FRAME__BODY_SHARE_WANT;
  frame.share_want = &m;
  send (play, 2, &frame);
}

/* A content as the answer, the right one or not. */
static void
send_content (Play *play, guint8 which)
{
  Lanyard__ShareAnswer m = LANYARD__SHARE_ANSWER__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  m.share = (ProtobufCBinaryData){ sizeof play->id.b, play->id.b };
  m.id = (ProtobufCBinaryData){ sizeof play->last.b, play->last.b };
  m.kind = LANYARD__SHARE_ANSWER_KIND__SHARE_HERE;
  m.data = (ProtobufCBinaryData){ which & 3, (guint8 *) ((which & 4) != 0 ? "eee" : "ddd") };
  frame.body_case = LANYARD__FRAME__BODY_SHARE_ANSWER;
  frame.share_answer = &m;
  send (play, 1 + (which >> 6 & 1), &frame);
}

static void
send_answer (Play *play, guint8 kind)
{
  Lanyard__ShareAnswer m = LANYARD__SHARE_ANSWER__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  m.share = (ProtobufCBinaryData){ sizeof play->id.b, play->id.b };
  if ((kind & 0x80) == 0)
    m.id = (ProtobufCBinaryData){ sizeof play->last.b, play->last.b };
  m.kind = (Lanyard__ShareAnswerKind) (kind & 7);
  frame.body_case = LANYARD__FRAME__BODY_SHARE_ANSWER;
  frame.share_answer = &m;
  send (play, 1 + (kind >> 6 & 1), &frame);
}

static void
add_found (LanShareResult *result, const char *path, guint8 luck)
{
  LanShareFound *found = lan_share_found_new (path);

  found->kind = LAN_SHARE_FILE;
  found->size = luck;
  found->root.b[0] = luck;
  if (strcmp (path, "d") == 0) {
    found->size = 1;
    found->root = root_of_d ();
  }
  g_ptr_array_add (result->found, found);
}

static void
do_job (Play *play, const LanShareJob *job, guint8 luck)
{
  g_autoptr (LanShareResult) result = lan_share_result_new (job);

  if (job->type == LAN_SHARE_JOB_CLOSE || job->type == LAN_SHARE_JOB_DROP)
    return;
  if ((luck & 0x80) != 0)
    result->error = g_error_new_literal (LAN_FILE_ERROR, luck & 7, "bad luck");
  if (job->type == LAN_SHARE_JOB_SCAN) {
    result->found = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_share_found_free);
    result->gone = g_ptr_array_new_with_free_func (g_free);
    result->folders = g_ptr_array_new_with_free_func (g_free);
    if ((luck & 1) != 0)
      add_found (result, "a", luck);
    if ((luck & 0x10) != 0)
      add_found (result, "b", luck);
    if ((luck & 8) != 0)
      add_found (result, "d", luck);
    if ((luck & 0x20) != 0) {
      result->skipped = 1;
      result->unshared = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_share_skipped_free);
      g_ptr_array_add (result->unshared,
                       lan_share_skipped_new ("c", (LanShareSkip) (luck % LAN_SHARE_SKIP_N)));
    }
    for (guint i = 0; (luck & 2) != 0 && i < job->known->len; i++)
      g_ptr_array_add (result->gone,
                       g_strdup (((LanShareFound *) g_ptr_array_index (job->known, i))->path));
    result->busy = (luck & 4) != 0;
  }
  if (job->type == LAN_SHARE_JOB_READ && result->error == NULL)
    result->bytes = g_bytes_new ((luck & 4) != 0 ? "e" : "d", 1);
  if (job->type == LAN_SHARE_JOB_TRIM)
    result->removed = luck & 1;
  if (job->copy != NULL)
    result->copy = g_strdup (job->copy);
  lan_shares_job_done (play->shares, result, play->now);
}

static void
do_fetch (Play *play, const LanSharesAction *action, guint8 luck)
{
  LanTransferRow row = { .id = action->id,
                         .conversation = action->share,
                         .peer = action->peer,
                         .incoming = TRUE,
                         .state = (LanTransferState) (luck % LAN_TRANSFER_N),
                         .size = action->size,
                         .root = action->root,
                         .name = (char *) "x",
                         .path = (char *) "/share/.lanyard-share/incoming/x" };

  lan_shares_transfer (play->shares, &row, play->now);
}

/* What was asked of us goes on; @how: adopted as after a restart, ours or theirs. */
static void
move_transfer (Play *play, guint8 id, guint8 how)
{
  LanTransferRow row = { .id = { { id } },
                         .conversation = play->id,
                         .peer = *lan_account_keys_id (play->cast->accounts[2]),
                         .incoming = (how & 0x40) != 0,
                         .state = (LanTransferState) (how % 8 % LAN_TRANSFER_N),
                         .size = id,
                         .root = { { id } },
                         .name = (char *) "a",
                         .path = (char *) "/share/.lanyard-share/incoming/x" };

  if ((how & 0x20) != 0)
    row.id = play->last;
  if ((how & 0x80) != 0)
    lan_shares_adopt (play->shares, &row, play->now);
  else
    lan_shares_transfer (play->shares, &row, play->now);
}

static void
drain (Play *play, guint8 luck)
{
  for (guint i = 0; i < 5000; i++) {
    LanSharesAction action = { 0 };

    if (!lan_shares_next_action (play->shares, &action))
      return;
    if (action.type == LAN_SHARES_JOB)
      do_job (play, action.job, luck);
    else if (action.type == LAN_SHARES_COMMIT)
      lan_shares_committed (play->shares, action.batch, (luck & 0x40) == 0, play->now);
    else if (action.type == LAN_SHARES_FETCH)
      do_fetch (play, &action, LAN_TRANSFER_DONE + (luck >> 3 & 3));
    else if (action.type == LAN_SHARES_SERVE)
      lan_shares_served (play->shares, &action.id, (luck & 8) != 0 ? NULL : &(LanHash){ { luck } },
                         play->now);
    if (action.type == LAN_SHARES_SEND) {
      g_autoptr (LanFrame) frame = NULL;

      g_assert_cmpint (lan_frame_decode (g_bytes_get_data (action.frame, NULL),
                                         g_bytes_get_size (action.frame), &frame),
                       ==, LAN_STATUS_OK);
      if (lan_frame_type (frame) == LAN_FRAME_SHARE_WANT)
        memcpy (play->last.b, frame->share_want->id.data, sizeof play->last.b);
    }
    lan_shares_action_clear (&action);
  }
}

static void
step (Play *play, guint8 letter, guint8 a, guint8 b)
{
  const LanAccountId *other = lan_account_keys_id (play->cast->accounts[2]);
  LanStatus status = LAN_STATUS_OK;

  switch (letter) {
  case 'u':
    lan_shares_channel_up (play->shares, 1 + (a & 1),
                           lan_account_keys_id (play->cast->accounts[1 + (a & 1)]), play->now);
    break;
  case 'd':
    lan_shares_channel_down (play->shares, 1 + (a & 1), play->now);
    break;
  case 'r':
    send_roster (play, a);
    break;
  case 'h':
    send_head (play, a, b, FALSE);
    break;
  case 'H':
    send_head (play, a, b, TRUE);
    break;
  case 'p':
    want_page (play, a);
    break;
  case 'w':
    want_content (play, a);
    break;
  case 'x':
    send_answer (play, a);
    break;
  case 'e':
    send_content (play, a);
    break;
  case 'c':
    status = lan_shares_create (play->shares, &play->id, "/share", "Plans", play->now);
    break;
  case 'i':
    status =
        lan_shares_set_rights (play->shares, &play->id, other, (LanShareRights) (a % 3), play->now);
    break;
  case 'a':
    status = lan_shares_accept (play->shares, &play->id, "/share", a & 1, play->now);
    break;
  case 'k':
    status = lan_shares_set_keep (play->shares, &play->id, a & 1, play->now);
    break;
  case 'f':
    status = lan_shares_fetch (play->shares, &play->id, (a & 1) != 0 ? "b" : "", play->now);
    break;
  case 'l':
    status = lan_shares_leave (play->shares, &play->id, play->now);
    break;
  case 'b':
    lan_shares_drop_peer (play->shares, other, play->now);
    break;
  case 'm':
    move_transfer (play, a, b);
    break;
  case 'g':
    play->last = (LanMessageId){ { a } };
    send_answer (play, 5 + (b & 1) + (b & 0x40));
    break;
  case 'n':
    lan_shares_noticed (play->shares, &play->id, a & 1, play->now);
    break;
  case 't':
    play->now.mono_us += a * (G_USEC_PER_SEC / 10);
    lan_shares_advance (play->shares, play->now);
    break;
  default:
    break;
  }
  g_assert_cmpint (status, <, LAN_STATUS_N);
}

static void
run_script (const guint8 *data, gsize size)
{
  Play play = { .cast = get_cast (), .now = { G_USEC_PER_SEC, 1767225600000 } };
  LanShareView view;

  memset (play.id.b, 5, sizeof play.id.b);
  {
    const LanSharesConfig config = { .device = play.cast->devices[0],
                                     .cert = play.cast->certs[0],
                                     .random = &play.cast->random.base };

    play.shares = lan_shares_new (&config);
  }
  lan_reader_init (&play.script, data, MIN (size, 400));
  while (lan_reader_left (&play.script) >= 4) {
    guint8 letter = lan_read_u8 (&play.script);
    guint8 a = lan_read_u8 (&play.script), b = lan_read_u8 (&play.script);

    step (&play, letter, a, b);
    drain (&play, lan_read_u8 (&play.script));
    if (lan_shares_view (play.shares, &play.id, &view)) {
      g_autoptr (GPtrArray) tree = lan_shares_tree (play.shares, &play.id);
      g_autoptr (GPtrArray) log = lan_shares_log (play.shares, &play.id);

      g_assert_cmpuint (view.n_here, <=, view.n_files);
      g_assert_cmpuint (tree->len + log->len, <, 100000);
    }
  }
  lan_shares_free (play.shares);
}

static void
look_at (LanShareEntry *entry, gpointer data)
{
  g_autoptr (GByteArray) again = g_byte_array_new ();

  g_assert_true (g_utf8_validate (entry->path, -1, NULL));
  lan_share_entry_write (again, entry);
}

static void
run_row (guint kind, const guint8 *data, gsize size)
{
  const Cast *cast = get_cast ();
  const LanSharesConfig config = { .device = cast->devices[0],
                                   .cert = cast->certs[0],
                                   .random = &cast->random.base };
  g_autoptr (LanShares) shares = lan_shares_new (&config);
  LanConversationId id = { { 9 } };
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  LanShareItemRow row = { .share = id, .kind = kind, .key = bytes, .data = bytes };

  if (lan_shares_create (shares, &id, "/share", "Plans", (LanTime){ 1, 1 }) != LAN_STATUS_OK)
    return;
  lan_shares_load (shares, &row);
  lan_shares_start (shares, (LanTime){ 1, 1 });
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const Cast *cast = get_cast ();
  gsize cert_len;
  const guint8 *cert = g_bytes_get_data (cast->certs[1], &cert_len);
  g_autofree char *last = NULL;
  LanShareRoster roster;
  LanShareHead head;
  LanAccountId who;
  guint n = 0;

  if (size == 0)
    return 0;
  if (*data == 'S') {
    run_script (data + 1, size - 1);
  } else if (*data == 'P') {
    g_autoptr (GBytes) page = g_bytes_new (data + 1, size - 1);

    if (lan_share_page_read (page, &last, look_at, NULL, &n) != LAN_STATUS_OK)
      return 0;
  } else if (*data == 'R') {
    if (lan_share_roster_verify (&roster, data + 1, size - 1, cert, cert_len) == LAN_STATUS_OK)
      g_assert_cmpuint (roster.n_members, <=, LAN_SHARE_MAX_MEMBERS);
  } else if (*data == 'D') {
    if (lan_share_head_verify (&head, &who, data + 1, size - 1, cert, cert_len) == LAN_STATUS_OK)
      g_assert_cmpuint (head.entries, <=, LAN_SHARE_MAX_ENTRIES);
  } else if (*data >= '0' && *data <= '6') {
    run_row (*data - '0', data + 1, size - 1);
  }
  return 0;
}
