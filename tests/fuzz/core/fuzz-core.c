/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A core with one peer, fed with what the input says: raw frames, frames made right except for what
 * the input changes (so that signatures, links and limits are passed and what lies behind is
 * reached), failed commits, store answers, time, breaks, a person's decisions. The input is a
 * sequence of one operation byte and its operands.
 */
#include "lan-bytes.h"
#include "lan-core.h"
#include "lan-deadlines.h"
#include "lan-device-list.h"
#include "lan-record.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define WALL_MS     G_GINT64_CONSTANT (1790000000000)
#define MAX_STEPS   200
#define MAX_ACTIONS 4000

typedef struct {
  LanAccountKeys *account;
  LanDeviceKeys *device;
  GBytes *list;
  GBytes *cert;
} Somebody;

typedef struct {
  LanReader in;
  LanCore *core;
  LanSeededRandom random;
  LanTime now;
  guint64 channel;
  gboolean fail_commits;
  guint actions;
  GPtrArray *rows; /* of LanRecordRow, what was committed */
  /* the peer's log */
  guint64 seq;
  LanHash previous;
  guint64 hlc;
} Run;

static Somebody me, peer;
static GBytes *newer_list, *newer_cert, *revoked_list, *forked_list;

static void
make_somebody (Somebody *who, guint8 seed, const char *name)
{
  guint8 seeds[3][LAN_KEY_BYTES];
  LanDeviceList list = { .seq = 1, .time_s = WALL_MS / 1000, .n_devices = 1 };

  memset (seeds[0], seed, sizeof seeds[0]);
  memset (seeds[1], seed + 1, sizeof seeds[1]);
  memset (seeds[2], seed + 2, sizeof seeds[2]);
  who->account = lan_account_keys_new_from_seed (seeds[0]);
  list.account = *lan_account_keys_id (who->account);
  who->device = lan_device_keys_new_from_seeds (&list.account, seeds[1], seeds[2]);
  who->cert = lan_cert_issue (who->account, who->device, name, WALL_MS / 1000 - 86400,
                              WALL_MS / 1000 + LAN_CERT_LIFE_SECONDS, 1, 0);
  list.devices[0].device = *lan_device_keys_id (who->device);
  lan_cert_hash (&list.devices[0].cert_hash, g_bytes_get_data (who->cert, NULL),
                 g_bytes_get_size (who->cert));
  who->list = lan_device_list_issue (&list, who->account);
}

/* The peer's papers as they may be later: renamed, revoked, and a list that contradicts the first. */
static void
make_papers (void)
{
  LanDeviceList list;

  g_assert_cmpint (lan_device_list_decode (&list, g_bytes_get_data (peer.list, NULL),
                                           g_bytes_get_size (peer.list)),
                   ==, LAN_STATUS_OK);
  list.time_s++;
  forked_list = lan_device_list_issue (&list, peer.account);
  lan_device_list_hash (&list.previous, g_bytes_get_data (peer.list, NULL),
                        g_bytes_get_size (peer.list));
  newer_cert = lan_cert_issue (peer.account, peer.device, "Me", WALL_MS / 1000 - 86400,
                               WALL_MS / 1000 + LAN_CERT_LIFE_SECONDS, 2, 0);
  list.seq = 2;
  lan_cert_hash (&list.devices[0].cert_hash, g_bytes_get_data (newer_cert, NULL),
                 g_bytes_get_size (newer_cert));
  newer_list = lan_device_list_issue (&list, peer.account);
  lan_device_list_hash (&list.previous, g_bytes_get_data (newer_list, NULL),
                        g_bytes_get_size (newer_list));
  list.seq = 3;
  list.devices[0].state = LAN_DEVICE_REVOKED;
  revoked_list = lan_device_list_issue (&list, peer.account);
}

static void
free_row (gpointer row)
{
  lan_record_row_clear (row);
  g_free (row);
}

static void
commit (Run *run, LanCoreAction *action)
{
  for (guint i = 0; i < action->commit.changes->len && !run->fail_commits; i++) {
    const LanChange *change = g_ptr_array_index (action->commit.changes, i);

    if (change->type == LAN_CHANGE_RECORD) {
      LanRecordRow *row = g_new0 (LanRecordRow, 1);

      lan_record_row_copy (row, &change->record);
      g_ptr_array_add (run->rows, row);
    }
  }
  lan_core_committed (run->core, action->commit.batch, !run->fail_commits, &run->now);
}

static void
answer (Run *run, const LanCoreAction *action)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (guint i = 0; i < run->rows->len; i++) {
    LanRecordRow *row = g_ptr_array_index (run->rows, i);

    if (lan_device_id_equal (&row->device, &action->read.device) &&
        row->seq >= action->read.from_seq && row->seq <= action->read.to_seq)
      g_ptr_array_add (rows, row);
  }
  lan_core_rows (run->core, action->read.request, rows, &run->now);
}

static void
drain (Run *run)
{
  LanCoreAction action;

  while (run->actions < MAX_ACTIONS && lan_core_next_action (run->core, &action)) {
    run->actions++;
    if (action.type == LAN_CORE_COMMIT)
      commit (run, &action);
    else if (action.type == LAN_CORE_READ)
      answer (run, &action);
    else if (action.type == LAN_CORE_FIND)
      lan_core_found (run->core, action.find.request, lan_read_u8 (&run->in) & 1, &run->now);
    lan_core_action_clear (&action);
  }
}

static void
feed (Run *run, const LanFrame *frame)
{
  g_autoptr (GBytes) bytes = lan_frame_encode (frame);

  lan_core_channel_frame (run->core, run->channel, LAN_CARRIER_LINK, g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes), &run->now);
}

static void
up (Run *run)
{
  lan_core_channel_down (run->core, run->channel, &run->now);
  lan_core_channel_up (run->core, ++run->channel, LAN_CARRIER_LINK,
                       lan_device_keys_dh_public (peer.device), &run->now);
}

static void
identify (Run *run, guint8 which)
{
  GBytes *lists[] = { peer.list, newer_list, revoked_list, forked_list, peer.list };
  GBytes *certs[] = { peer.cert, newer_cert, newer_cert, peer.cert, me.cert };
  Lanyard__Identity identity = LANYARD__IDENTITY__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData cert;
  gsize len;

  which %= G_N_ELEMENTS (lists);
  identity.list.data = (guint8 *) g_bytes_get_data (lists[which], &len);
  identity.list.len = len;
  cert.data = (guint8 *) g_bytes_get_data (certs[which], &len);
  cert.len = len;
  identity.certs = &cert;
  identity.n_certs = 1;
  frame.body_case = LANYARD__FRAME__BODY_IDENTITY;
  frame.identity = &identity;
  feed (run, &frame);
}

/* A record of the peer's, genuine but for what the input bends. */
static void
record (Run *run)
{
  guint8 bend = lan_read_u8 (&run->in), kind = lan_read_u8 (&run->in);
  guint8 len = lan_read_u8 (&run->in);
  const guint8 *content = lan_read_span (&run->in, len);
  guint8 out[512] = { 0 };
  Lanyard__Records records = LANYARD__RECORDS__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData item = { 0, out };
  LanRecordView view = { 0 };
  const LanDeviceKeys *author = (bend & 1) != 0 ? me.device : peer.device;
  gsize signed_len;

  lan_conversation_id_of_pair (&view.conversation, lan_account_keys_id (me.account),
                               lan_account_keys_id (peer.account));
  view.device = *lan_device_keys_id (author);
  view.seq = run->seq + 1 + ((bend & 2) != 0 ? lan_read_u16 (&run->in) : 0);
  view.previous = run->previous;
  view.hlc = (bend & 4) != 0 ? lan_read_u64 (&run->in) : ++run->hlc;
  view.kind = kind;
  view.content = content;
  view.content_len = content != NULL ? len : 0;
  memset (view.message.b, (bend & 8) != 0 ? 7 : 1 + (int) (run->seq % 250), 16);
  if (view.seq == 1)
    memset (&view.previous, 0, sizeof view.previous);
  signed_len = lan_record_encode (&view, out, sizeof out);
  lan_device_keys_sign (author, LAN_SIGN_RECORD, out, signed_len, out + signed_len);
  if ((bend & 16) != 0)
    out[lan_read_u8 (&run->in)] ^= 1;
  item.len = signed_len + LAN_RECORD_SIGNATURE_BYTES;
  records.records = &item;
  records.n_records = 1;
  records.begins = (bend & 32) != 0;
  frame.body_case = LANYARD__FRAME__BODY_RECORDS;
  frame.records = &records;
  if (bend == 0 || bend == (2 | 32)) { /* the log goes on from there */
    run->seq = view.seq;
    lan_hash_256 (&run->previous, out, item.len);
  }
  feed (run, &frame);
}

/* A vector of the peer's, with heads of either's logs. */
static void
vector (Run *run)
{
  LanConversationId id;
  LanDeviceId device;
  LanHash hash;
  Lanyard__LogHead head = LANYARD__LOG_HEAD__INIT;
  Lanyard__LogHead *heads[] = { &head };
  Lanyard__Vector v = LANYARD__VECTOR__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  lan_conversation_id_of_pair (&id, lan_account_keys_id (me.account),
                               lan_account_keys_id (peer.account));
  device = *lan_device_keys_id ((lan_read_u8 (&run->in) & 1) != 0 ? me.device : peer.device);
  memset (hash.b, lan_read_u8 (&run->in), sizeof hash.b);
  head.device = (ProtobufCBinaryData){ sizeof device.b, device.b };
  head.hash = (ProtobufCBinaryData){ sizeof hash.b, hash.b };
  head.seq = lan_read_u16 (&run->in);
  v.conversation = (ProtobufCBinaryData){ sizeof id.b, id.b };
  v.heads = heads;
  v.n_heads = 1;
  frame.body_case = LANYARD__FRAME__BODY_VECTOR;
  frame.vector = &v;
  feed (run, &frame);
}

static void
fetch (Run *run)
{
  LanConversationId id;
  LanDeviceId device;
  Lanyard__Fetch f = LANYARD__FETCH__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  lan_conversation_id_of_pair (&id, lan_account_keys_id (me.account),
                               lan_account_keys_id (peer.account));
  device = *lan_device_keys_id ((lan_read_u8 (&run->in) & 1) != 0 ? me.device : peer.device);
  f.conversation = (ProtobufCBinaryData){ sizeof id.b, id.b };
  f.device = (ProtobufCBinaryData){ sizeof device.b, device.b };
  f.from = lan_read_u8 (&run->in);
  f.to = lan_read_u8 (&run->in);
  frame.body_case = LANYARD__FRAME__BODY_FETCH;
  frame.fetch = &f;
  feed (run, &frame);
}

static void
raw (Run *run)
{
  guint16 len = lan_read_u16 (&run->in);
  const guint8 *bytes;

  len = (guint16) MIN (len, lan_reader_left (&run->in));
  bytes = lan_read_span (&run->in, len);
  lan_core_channel_frame (run->core, run->channel, LAN_CARRIER_LINK, bytes, len, &run->now);
}

static void
decide (Run *run)
{
  const LanAccountId *id = lan_account_keys_id (peer.account);
  LanConversationId talk;
  LanMessageId message;

  lan_random_bytes (&run->random.base, &message, sizeof message);
  lan_conversation_id_of_pair (&talk, lan_account_keys_id (me.account), id);
  switch (lan_read_u8 (&run->in) % 10) {
  case 0:
    (void) !lan_core_accept (run->core, id, &run->now);
    break;
  case 1:
    (void) !lan_core_block (run->core, id, TRUE, &run->now);
    break;
  case 2:
    (void) !lan_core_block (run->core, id, FALSE, &run->now);
    break;
  case 3:
    (void) !lan_core_verify (run->core, id, &run->now);
    break;
  case 4:
    (void) !lan_core_remove (run->core, id, &run->now);
    break;
  case 5:
    lan_core_set_typing (run->core, id, TRUE, &run->now);
    break;
  case 6:
    lan_core_mark_read (run->core, &talk, lan_device_keys_id (peer.device), lan_read_u8 (&run->in),
                        run->hlc, &run->now);
    break;
  case 7:
    lan_core_channel_writable (run->core, run->channel, (lan_read_u8 (&run->in) & 1) != 0,
                               &run->now);
    break;
  case 8:
    lan_core_set_presence (run->core, LAN_PRESENCE_AWAY, "lunch", &run->now);
    break;
  default:
    (void) !lan_core_send_text (run->core, id, &message, "hello", &run->now);
    break;
  }
}

static void
step (Run *run)
{
  switch (lan_read_u8 (&run->in) % 9) {
  case 0:
    raw (run);
    break;
  case 1:
    record (run);
    break;
  case 2:
    vector (run);
    break;
  case 3:
    run->now.mono_us += (gint64) lan_read_u16 (&run->in) * 1000;
    run->now.wall_ms += lan_read_u8 (&run->in);
    lan_core_advance (run->core, &run->now);
    break;
  case 4:
    run->fail_commits = !run->fail_commits;
    break;
  case 5:
    up (run);
    break;
  case 7:
    fetch (run);
    break;
  case 6:
    identify (run, lan_read_u8 (&run->in));
    break;
  default:
    decide (run);
    break;
  }
  drain (run);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanCoreConfig config;
  Run run = { .now = { G_USEC_PER_SEC, WALL_MS }, .hlc = (guint64) WALL_MS << 16 };

  if (me.account == NULL) {
    make_somebody (&me, 1, "Me");
    make_somebody (&peer, 11, "Peer");
    make_papers ();
  }
  lan_reader_init (&run.in, data, size);
  lan_seeded_random_init (&run.random, 1);
  config = (LanCoreConfig){ me.device, me.list, me.cert, &run.random.base };
  run.rows = g_ptr_array_new_with_free_func (free_row);
  run.core = lan_core_new (&config);
  lan_core_start (run.core, &run.now);
  up (&run);
  if ((lan_read_u8 (&run.in) & 1) != 0)
    identify (&run, 0);
  drain (&run);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&run.in) > 0; i++)
    step (&run);
  lan_core_free (run.core);
  g_ptr_array_unref (run.rows);
  return 0;
}
