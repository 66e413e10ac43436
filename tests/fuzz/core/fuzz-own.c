/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A core whose account has a second device, and a contact with two: who is there, what they say they
 * hold, records and operations that are right but for what the input bends, lists that are newer,
 * older or made apart. The input is a sequence of one operation byte and its operands.
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
#define MAX_ACTIONS 2000
#define DEVICES     5 /* this one, its sibling, two of the contact, the sibling's sibling */

enum { SELF, SIBLING, PEER_ONE, PEER_TWO, THIRD };

typedef struct {
  guint64 seq;
  LanHash previous;
} Log;

typedef struct {
  LanReader in;
  LanCore *core;
  LanSeededRandom random;
  LanTime now;
  guint64 next_channel;
  guint64 channels[DEVICES]; /* 0: none */
  gboolean fail_commits;
  guint actions;
  GPtrArray *rows;
  Log logs[2][DEVICES]; /* of the own conversation, and of the one with the contact */
  guint64 hlc;
} Run;

static LanAccountKeys *accounts[2]; /* ours, the contact's */
static LanDeviceKeys *keys[DEVICES];
static GBytes *certs[DEVICES];
static GBytes *lists[2];
static GBytes *own_lists[5]; /* as another device may show it */

static guint
account_of (guint device)
{
  return device == PEER_ONE || device == PEER_TWO;
}

static void
add (LanDeviceList *list, guint device, guint8 state)
{
  LanDeviceEntry *entry = &list->devices[list->n_devices++];

  entry->device = *lan_device_keys_id (keys[device]);
  entry->state = state;
  lan_cert_hash (&entry->cert_hash, g_bytes_get_data (certs[device], NULL),
                 g_bytes_get_size (certs[device]));
}

static GBytes *
make_list (guint account, guint32 seq, GBytes *before, guint8 sibling, guint8 self, guint8 third)
{
  LanDeviceList list = { .seq = seq, .time_s = WALL_MS / 1000 + seq };

  list.account = *lan_account_keys_id (accounts[account]);
  if (before != NULL)
    lan_device_list_hash (&list.previous, g_bytes_get_data (before, NULL),
                          g_bytes_get_size (before));
  else if (seq > 1)
    memset (&list.previous, 3, sizeof list.previous);
  if (account == 1) {
    add (&list, PEER_ONE, LAN_DEVICE_ACTIVE);
    add (&list, PEER_TWO, sibling);
  } else {
    add (&list, SELF, self);
    add (&list, SIBLING, sibling);
    if (third != 2)
      add (&list, THIRD, third);
  }
  return lan_device_list_issue (&list, accounts[account]);
}

static void
make_world (void)
{
  LanSeededRandom random;

  lan_seeded_random_init (&random, 4);
  for (guint i = 0; i < 2; i++)
    accounts[i] = lan_account_keys_new (&random.base);
  for (guint i = 0; i < DEVICES; i++) {
    LanAccountKeys *account = accounts[account_of (i)];

    keys[i] = lan_device_keys_new (lan_account_keys_id (account), &random.base);
    certs[i] =
        lan_cert_issue (account, keys[i], account_of (i) ? "Peer" : "Me", WALL_MS / 1000 - 86400,
                        WALL_MS / 1000 + LAN_CERT_LIFE_SECONDS, 1, 0);
  }
  lists[0] = make_list (0, 2, NULL, LAN_DEVICE_ACTIVE, LAN_DEVICE_ACTIVE, 2);
  lists[1] = make_list (1, 1, NULL, LAN_DEVICE_ACTIVE, LAN_DEVICE_ACTIVE, 2);
  own_lists[0] = lists[0];
  own_lists[1] =
      make_list (0, 3, lists[0], LAN_DEVICE_ACTIVE, LAN_DEVICE_ACTIVE, LAN_DEVICE_ACTIVE);
  own_lists[2] = make_list (0, 1, NULL, LAN_DEVICE_ACTIVE, LAN_DEVICE_ACTIVE, LAN_DEVICE_ACTIVE);
  own_lists[3] = make_list (0, 3, lists[0], LAN_DEVICE_ACTIVE, LAN_DEVICE_REVOKED, 2);
  own_lists[4] = make_list (0, 3, lists[0], LAN_DEVICE_REVOKED, LAN_DEVICE_ACTIVE, 2);
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

    if (lan_conversation_id_equal (&row->conversation, &action->read.conversation) &&
        lan_device_id_equal (&row->device, &action->read.device) &&
        row->seq >= action->read.from_seq && row->seq <= action->read.to_seq)
      g_ptr_array_add (rows, row);
  }
  lan_core_rows (run->core, action->read.request, rows, &run->now);
}

/* What the account's key would make of two lists. */
static void
take_list (Run *run, GBytes *list, const LanDeviceId *from)
{
  g_autoptr (GBytes) settled =
      lan_device_list_settle (lists[0], lan_device_keys_id (keys[SELF]), list, from, accounts[0]);
  LanCoreConfig config = { keys[SELF], settled, certs[SELF], &run->random.base };

  if (settled != NULL)
    lan_core_set_identity (run->core, &config, &run->now);
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
    else if (action.type == LAN_CORE_OWN_LIST)
      take_list (run, action.own_list.list, &action.own_list.from);
    else if (action.type == LAN_CORE_CLOSE)
      for (guint i = 0; i < DEVICES; i++)
        if (run->channels[i] == action.close.channel)
          run->channels[i] = 0;
    lan_core_action_clear (&action);
  }
}

static void
feed (Run *run, guint device, const LanFrame *frame)
{
  g_autoptr (GBytes) bytes = lan_frame_encode (frame);

  lan_core_channel_frame (run->core, run->channels[device], LAN_CARRIER_LANE,
                          g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &run->now);
}

static guint
take_device (Run *run)
{
  return 1 + lan_read_u8 (&run->in) % (DEVICES - 1);
}

static void
identify (Run *run, guint device, guint8 which)
{
  Lanyard__Identity identity = LANYARD__IDENTITY__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData items[DEVICES];
  GBytes *list = account_of (device) ? lists[1] : own_lists[which % G_N_ELEMENTS (own_lists)];
  gsize len;

  identity.list.data = (guint8 *) g_bytes_get_data (list, &len);
  identity.list.len = len;
  for (guint i = 0; i < DEVICES; i++) {
    if (account_of (i) != account_of (device) || ((which & 0x40) != 0 && i != device))
      continue;
    items[identity.n_certs].data = (guint8 *) g_bytes_get_data (certs[i], &len);
    items[identity.n_certs++].len = len;
  }
  identity.certs = items;
  frame.body_case = LANYARD__FRAME__BODY_IDENTITY;
  frame.identity = &identity;
  feed (run, device, &frame);
}

static void
up (Run *run, guint device, guint8 which)
{
  if (run->channels[device] != 0)
    lan_core_channel_down (run->core, run->channels[device], &run->now);
  run->channels[device] = ++run->next_channel;
  lan_core_channel_up (run->core, run->channels[device], LAN_CARRIER_LANE,
                       lan_device_keys_dh_public (keys[device]), &run->now);
  identify (run, device, which);
}

static void
conversation (LanConversationId *id, guint which)
{
  lan_conversation_id_of_pair (id, lan_account_keys_id (accounts[0]),
                               lan_account_keys_id (accounts[which % 2]));
}

static void
vector (Run *run)
{
  guint through = take_device (run);
  guint8 flags = lan_read_u8 (&run->in);
  Lanyard__LogHead head = LANYARD__LOG_HEAD__INIT;
  Lanyard__LogHead *heads[] = { &head };
  Lanyard__Vector v = LANYARD__VECTOR__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint author = lan_read_u8 (&run->in) % DEVICES;
  LanConversationId id;
  LanHash hash;

  conversation (&id, flags & 1);
  if ((flags & 2) != 0)
    id.b[0] ^= 1;
  hash = run->logs[flags & 1][author].previous;
  head.seq = run->logs[flags & 1][author].seq;
  if ((flags & 4) != 0)
    head.seq = lan_read_u8 (&run->in);
  if ((flags & 8) != 0)
    memset (hash.b, 7, sizeof hash.b);
  head.device =
      (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES, (guint8 *) lan_device_keys_id (keys[author])->b };
  head.hash = (ProtobufCBinaryData){ sizeof hash.b, hash.b };
  v.conversation = (ProtobufCBinaryData){ sizeof id.b, id.b };
  v.heads = heads;
  v.n_heads = (flags & 16) != 0 ? 0 : 1;
  v.ask = (flags & 32) != 0;
  if ((flags & 64) != 0)
    v.holder = (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES,
                                      (guint8 *) lan_device_keys_id (keys[PEER_TWO])->b };
  frame.body_case = LANYARD__FRAME__BODY_VECTOR;
  frame.vector = &v;
  feed (run, through, &frame);
}

/* An operation on the contact: one field, perhaps with papers. */
static GBytes *
person_op (Run *run)
{
  LanContent content = LANYARD__CONTENT__INIT;
  Lanyard__OwnOp own = LANYARD__OWN_OP__INIT;
  Lanyard__PersonOp op = LANYARD__PERSON_OP__INIT;
  Lanyard__PersonField field = LANYARD__PERSON_FIELD__INIT, *fields[] = { &field };
  guint8 how = lan_read_u8 (&run->in), bytes[32] = { 9 };
  ProtobufCBinaryData items[2];
  gsize len;

  field.field = lan_read_u8 (&run->in) % (LAN_FIELD_N + 1);
  field.number = lan_read_u16 (&run->in);
  field.at = (how & 1) != 0 ? lan_read_u8 (&run->in) + 1u : 0;
  if ((how & 2) != 0)
    field.data = (ProtobufCBinaryData){ sizeof bytes, bytes };
  op.account.data = (guint8 *) lan_account_keys_id (accounts[(how & 4) != 0 ? 0 : 1])->b;
  op.account.len = LAN_ACCOUNT_ID_BYTES;
  op.fields = fields;
  op.n_fields = 1;
  if ((how & 8) != 0) {
    op.list.data = (guint8 *) g_bytes_get_data (lists[1], &len);
    op.list.len = len;
    for (guint i = 0; i < 2; i++) {
      items[i].data = (guint8 *) g_bytes_get_data (certs[PEER_ONE + i], &len);
      items[i].len = len;
    }
    op.certs = items;
    op.n_certs = 2;
  }
  own.op_case = LANYARD__OWN_OP__OP_PERSON;
  own.person = &op;
  content.body_case = LANYARD__CONTENT__BODY_OWN_OP;
  content.own_op = &own;
  return lan_content_encode (&content);
}

static GBytes *
small_op (Run *run, gboolean is_read)
{
  LanContent content = LANYARD__CONTENT__INIT;
  Lanyard__OwnOp own = LANYARD__OWN_OP__INIT;
  Lanyard__ReadOp read = LANYARD__READ_OP__INIT;
  Lanyard__DeviceOp device = LANYARD__DEVICE_OP__INIT;
  LanConversationId id;

  conversation (&id, lan_read_u8 (&run->in));
  read.conversation = (ProtobufCBinaryData){ sizeof id.b, id.b };
  read.hlc = (guint64) WALL_MS << 16 | lan_read_u8 (&run->in);
  device.device = (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES,
                                         (guint8 *) lan_device_keys_id (keys[SIBLING])->b };
  device.name = (char *) "laptop";
  own.op_case = is_read ? LANYARD__OWN_OP__OP_READ : LANYARD__OWN_OP__OP_DEVICE;
  if (is_read)
    own.read = &read;
  else
    own.device = &device;
  content.body_case = LANYARD__CONTENT__BODY_OWN_OP;
  content.own_op = &own;
  return lan_content_encode (&content);
}

static const char *const settings[] = { "server", "other", "", "third" };

/* What all devices go by; sometimes one more than may be. */
static GBytes *
setting_op (Run *run)
{
  LanContent content = LANYARD__CONTENT__INIT;
  Lanyard__OwnOp own = LANYARD__OWN_OP__INIT;
  Lanyard__SettingOp op = LANYARD__SETTING_OP__INIT;
  guint8 how = lan_read_u8 (&run->in);
  g_autofree char *key = g_strdup_printf ("%s%u", settings[how % 4], how / 16);
  g_autofree char *value = g_strnfill (how, 'v');

  op.key = (how & 8) != 0 ? key : (char *) settings[how % 4];
  op.value = value;
  own.op_case = LANYARD__OWN_OP__OP_SETTING;
  own.setting = &op;
  content.body_case = LANYARD__CONTENT__BODY_OWN_OP;
  content.own_op = &own;
  return lan_content_encode (&content);
}

/* What a disk may hold of them, and a core that starts with it. */
static void
load_settings (Run *run)
{
  const LanCoreConfig config = { keys[SELF], lists[0], certs[SELF], &run->random.base };
  LanCore *core = lan_core_new (&config);
  guint8 len = lan_read_u8 (&run->in), bytes[64];
  g_autoptr (GBytes) value = NULL;

  len = (guint8) MIN (len % sizeof bytes, lan_reader_left (&run->in));
  lan_read_bytes (&run->in, bytes, len);
  value = g_bytes_new (bytes, len);
  lan_core_load_setting (core, "core.own-setting.server", value);
  lan_core_start (core, &run->now);
  lan_core_set_own_setting (core, "server", "lanyard://elsewhere", &run->now);
  lan_core_free (core);
}

static void
set_setting (Run *run)
{
  guint8 how = lan_read_u8 (&run->in);
  g_autofree char *key = g_strdup_printf ("%s%u", settings[how % 4], how / 4);
  g_autofree char *value = g_strnfill (1 + how / 16, 'w');

  lan_core_set_own_setting (run->core, (how & 1) != 0 ? key : "server", value, &run->now);
}

static GBytes *
talk_content (Run *run, guint16 kind)
{
  LanContent content = LANYARD__CONTENT__INIT;
  Lanyard__Text text = LANYARD__TEXT__INIT;
  Lanyard__ReadUpTo read = LANYARD__READ_UP_TO__INIT;
  Lanyard__ReadMark mark = LANYARD__READ_MARK__INIT, *marks[] = { &mark };

  if (kind == LAN_KIND_READ_UP_TO) {
    guint author = lan_read_u8 (&run->in) % DEVICES;

    mark.device = (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES,
                                         (guint8 *) lan_device_keys_id (keys[author])->b };
    mark.seq = 1;
    mark.hlc = run->hlc;
    read.marks = marks;
    read.n_marks = 1;
    content.body_case = LANYARD__CONTENT__BODY_READ_UP_TO;
    content.read_up_to = &read;
  } else {
    text.text = (char *) "hello";
    content.body_case = LANYARD__CONTENT__BODY_TEXT;
    content.text = &text;
  }
  return lan_content_encode (&content);
}

/* through, author, what, bend */
static void
record (Run *run)
{
  guint through = take_device (run), author = lan_read_u8 (&run->in) % DEVICES;
  guint8 what = lan_read_u8 (&run->in), bend = lan_read_u8 (&run->in);
  guint which = what % 6 < 3 ? 0 : 1;
  Log *log = &run->logs[which][author];
  Lanyard__Records records = LANYARD__RECORDS__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanRecordView view = { 0 };
  g_autoptr (GBytes) content = NULL;
  guint8 out[4096];
  ProtobufCBinaryData item = { 0, out };
  gsize signed_len;

  view.kind = what % 6 < 3    ? LAN_KIND_OWN_OP
              : what % 6 == 3 ? LAN_KIND_TEXT
              : what % 6 == 4 ? LAN_KIND_READ_UP_TO
                              : 99;
  content = what >= 0xf0 && what % 6 < 3 ? setting_op (run)
            : what % 6 == 0              ? person_op (run)
            : what % 6 < 3               ? small_op (run, what % 6 == 1)
                                         : talk_content (run, view.kind);
  conversation (&view.conversation, which);
  view.device = *lan_device_keys_id (keys[author]);
  view.seq = log->seq + 1 + ((bend & 1) != 0 ? lan_read_u8 (&run->in) : 0);
  view.previous = log->previous;
  if ((bend & 2) != 0)
    view.previous.b[0] ^= 1;
  if (view.seq == 1)
    memset (&view.previous, 0, sizeof view.previous);
  view.hlc = ++run->hlc;
  lan_random_bytes (&run->random.base, &view.message, sizeof view.message);
  view.content = g_bytes_get_data (content, &view.content_len);
  signed_len = lan_record_encode (&view, out, sizeof out);
  if (signed_len == 0)
    return;
  lan_device_keys_sign (keys[author], LAN_SIGN_RECORD, out, signed_len, out + signed_len);
  item.len = signed_len + LAN_RECORD_SIGNATURE_BYTES;
  if ((bend & 3) == 0) {
    log->seq = view.seq;
    lan_hash_256 (&log->previous, out, item.len);
  }
  if ((bend & 4) != 0)
    out[signed_len] ^= 1;
  if ((bend & 8) != 0)
    return; /* the others have it, and it did not come */
  records.records = &item;
  records.n_records = 1;
  frame.body_case = LANYARD__FRAME__BODY_RECORDS;
  frame.records = &records;
  feed (run, through, &frame);
}

static void
fetch (Run *run)
{
  guint through = take_device (run);
  Lanyard__Fetch f = LANYARD__FETCH__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanConversationId id;

  conversation (&id, lan_read_u8 (&run->in));
  f.conversation = (ProtobufCBinaryData){ sizeof id.b, id.b };
  f.device = (ProtobufCBinaryData){
    LAN_DEVICE_ID_BYTES, (guint8 *) lan_device_keys_id (keys[lan_read_u8 (&run->in) % DEVICES])->b
  };
  f.from = lan_read_u8 (&run->in);
  f.to = lan_read_u8 (&run->in);
  frame.body_case = LANYARD__FRAME__BODY_FETCH;
  frame.fetch = &f;
  feed (run, through, &frame);
}

static void
decide (Run *run)
{
  const LanAccountId *id = lan_account_keys_id (accounts[1]);
  LanConversationId talk;
  LanMessageId message;

  lan_random_bytes (&run->random.base, &message, sizeof message);
  conversation (&talk, 1);
  switch (lan_read_u8 (&run->in) % 8) {
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
    (void) !lan_core_set_note (run->core, id, "the neighbour");
    break;
  case 4:
    (void) !lan_core_set_flags (run->core, id, LAN_PERSON_FAVOURITE | LAN_PERSON_MUTED, 0);
    break;
  case 5:
    lan_core_mark_read (run->core, &talk, lan_device_keys_id (keys[PEER_ONE]), 1, run->hlc,
                        &run->now);
    break;
  case 6:
    lan_core_set_device_name (run->core, "desk", &run->now);
    break;
  default:
    (void) !lan_core_send_text (run->core, id, &message, "hello", &run->now);
    break;
  }
}

static void
step (Run *run)
{
  guint8 op = lan_read_u8 (&run->in);
  guint device;

  if (op >= 0xfc) {
    if ((op & 1) != 0)
      load_settings (run);
    else
      set_setting (run);
    drain (run);
    return;
  }
  switch (op % 9) {
  case 0:
    device = take_device (run);
    up (run, device, lan_read_u8 (&run->in));
    break;
  case 1:
    record (run);
    break;
  case 2:
    vector (run);
    break;
  case 3:
    run->now.mono_us += (gint64) lan_read_u8 (&run->in) * 100000;
    run->now.wall_ms += 100;
    lan_core_advance (run->core, &run->now);
    break;
  case 4:
    run->fail_commits = !run->fail_commits;
    break;
  case 5:
    fetch (run);
    break;
  case 6:
    device = take_device (run);
    identify (run, device, lan_read_u8 (&run->in));
    break;
  case 7:
    device = take_device (run);
    lan_core_channel_down (run->core, run->channels[device], &run->now);
    run->channels[device] = 0;
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

  if (accounts[0] == NULL)
    make_world ();
  lan_reader_init (&run.in, data, size);
  lan_seeded_random_init (&run.random, 1);
  config = (LanCoreConfig){ keys[SELF], lists[0], certs[SELF], &run.random.base };
  run.rows = g_ptr_array_new_with_free_func (free_row);
  run.core = lan_core_new (&config);
  lan_core_start (run.core, &run.now);
  drain (&run);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&run.in) > 0; i++)
    step (&run);
  {
    g_autoptr (GArray) devices = lan_core_list_devices (run.core);

    g_assert (devices->len >= 2);
  }
  lan_core_free (run.core);
  g_ptr_array_unref (run.rows);
  return 0;
}
