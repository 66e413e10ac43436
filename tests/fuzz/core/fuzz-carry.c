/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Three people who know each other and give each other mail to carry. The input says who meets whom,
 * who writes, what a disk refuses, and which of their frames are altered, kept back or shown twice;
 * it may also speak in their name. Byte 0, bit 0: rows of the input are loaded first. Then operations, one
 * byte each with its operands.
 */
#include "fuzz-carry.h"

#include "lan-carry.h"
#include "lan-cert.h"
#include "lan-device-list.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

Somebody people[PEOPLE];

static void
make_somebody (Somebody *who, guint8 seed)
{
  guint8 seeds[3][LAN_KEY_BYTES];
  LanDeviceList list = { .seq = 1, .time_s = WALL_MS / 1000, .n_devices = 1 };

  for (guint i = 0; i < 3; i++)
    memset (seeds[i], seed + (int) i, sizeof seeds[i]);
  who->account = lan_account_keys_new_from_seed (seeds[0]);
  list.account = *lan_account_keys_id (who->account);
  who->device = lan_device_keys_new_from_seeds (&list.account, seeds[1], seeds[2]);
  who->cert = lan_cert_issue (who->account, who->device, "Somebody", WALL_MS / 1000 - 86400,
                              WALL_MS / 1000 + LAN_CERT_LIFE_SECONDS, 1, 0);
  list.devices[0].device = *lan_device_keys_id (who->device);
  lan_cert_hash (&list.devices[0].cert_hash, g_bytes_get_data (who->cert, NULL),
                 g_bytes_get_size (who->cert));
  who->list = lan_device_list_issue (&list, who->account);
}

static void
free_row (gpointer row)
{
  lan_record_row_clear (row);
  g_free (row);
}

static void
free_post (gpointer data)
{
  Post *post = data;

  g_bytes_unref (post->bytes);
  g_free (post);
}

static void
keep (Desk *desk, const LanChange *change)
{
  if (change->type == LAN_CHANGE_RECORD) {
    LanRecordRow *row = g_new0 (LanRecordRow, 1);

    lan_record_row_copy (row, &change->record);
    g_ptr_array_add (desk->rows, row);
  } else if (change->type == LAN_CHANGE_CARRIED && change->carried.kind == LAN_CARRIED_HELD) {
    if (change->carried.envelope != NULL)
      g_hash_table_replace (desk->letters, g_memdup2 (&change->carried.id, sizeof (LanMessageId)),
                            g_bytes_ref (change->carried.envelope));
    else
      g_hash_table_remove (desk->letters, &change->carried.id);
  }
}

static void
commit (Run *run, Desk *desk, const LanCoreAction *action)
{
  for (guint i = 0; i < action->commit.changes->len && !desk->fail_commits; i++)
    keep (desk, g_ptr_array_index (action->commit.changes, i));
  lan_core_committed (desk->core, action->commit.batch, !desk->fail_commits, &run->now);
}

static void
answer (Run *run, Desk *desk, const LanCoreAction *action)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (guint i = 0; i < desk->rows->len; i++) {
    LanRecordRow *row = g_ptr_array_index (desk->rows, i);

    if (lan_device_id_equal (&row->device, &action->read.device) &&
        lan_conversation_id_equal (&row->conversation, &action->read.conversation) &&
        row->seq >= action->read.from_seq && row->seq <= action->read.to_seq)
      g_ptr_array_add (rows, row);
  }
  lan_core_rows (desk->core, action->read.request, rows, &run->now);
}

static void
post (Run *run, guint to, guint64 channel, GBytes *bytes)
{
  Post *item = g_new (Post, 1);

  *item = (Post){ to, channel, g_bytes_ref (bytes) };
  g_queue_push_tail (&run->post, item);
}

/* What an envelope or a list names is remembered, for frames made up later. */
static void
send (Run *run, guint from, const LanCoreAction *action)
{
  guint kind = (guint) lan_frame_peek_type (g_bytes_get_data (action->send.bytes, NULL),
                                            g_bytes_get_size (action->send.bytes)) -
               FIRST;
  g_autoptr (GBytes) bytes = g_bytes_ref (action->send.bytes);
  gsize len = g_bytes_get_size (bytes);
  guint to = 0;

  while (to < PEOPLE && (to == from || (run->desks[from].channel[to] != action->send.channel &&
                                        run->desks[from].spare[to] != action->send.channel)))
    to++;
  if (to == PEOPLE)
    return;
  if (kind < KINDS) {
    g_clear_pointer (&run->last[kind], g_bytes_unref);
    run->last[kind] = g_bytes_ref (bytes);
    if (run->tamper[kind] == 1) {
      guint8 *bent = g_memdup2 (g_bytes_get_data (bytes, NULL), len);

      bent[len - 1 - run->at % len] ^= 1;
      g_bytes_unref (bytes);
      bytes = g_bytes_new_take (bent, len);
    } else if (run->tamper[kind] == 2) {
      return;
    } else if (run->tamper[kind] == 3) {
      post (run, to, action->send.channel, bytes);
    }
  }
  post (run, to, action->send.channel, bytes);
}

static void
carry_out (Run *run, guint who, LanCoreAction *action)
{
  Desk *desk = &run->desks[who];

  if (action->type == LAN_CORE_COMMIT)
    commit (run, desk, action);
  else if (action->type == LAN_CORE_READ)
    answer (run, desk, action);
  else if (action->type == LAN_CORE_FIND)
    lan_core_found (desk->core, action->find.request, FALSE, &run->now);
  else if (action->type == LAN_CORE_SEND)
    send (run, who, action);
  else if (action->type == LAN_CORE_READ_CARRIED)
    lan_core_carried_read (
        desk->core, &action->carried.id,
        run->no_letters ? NULL : g_hash_table_lookup (desk->letters, &action->carried.id),
        &run->now);
}

static gboolean
deliver (Run *run)
{
  Post *item = g_queue_pop_head (&run->post);

  if (item == NULL)
    return FALSE;
  lan_core_channel_frame (run->desks[item->to].core, item->channel, LAN_CARRIER_LANE,
                          g_bytes_get_data (item->bytes, NULL), g_bytes_get_size (item->bytes),
                          &run->now);
  free_post (item);
  return TRUE;
}

void
drain (Run *run)
{
  gboolean any = TRUE;

  while (any && run->actions < MAX_ACTIONS) {
    any = FALSE;
    for (guint who = 0; who < PEOPLE; who++) {
      LanCoreAction action;

      while (run->actions < MAX_ACTIONS && lan_core_next_action (run->desks[who].core, &action)) {
        run->actions++;
        any = TRUE;
        carry_out (run, who, &action);
        lan_core_action_clear (&action);
      }
    }
    any = deliver (run) || any;
  }
}

static void
take_two (Run *run, guint *a, guint *b)
{
  guint8 byte = lan_read_u8 (&run->in);

  *a = byte % PEOPLE;
  *b = (*a + 1 + byte / PEOPLE % (PEOPLE - 1)) % PEOPLE;
}

static void
part (Run *run, guint a, guint b)
{
  for (guint i = 0; i < 2; i++) {
    Desk *desk = &run->desks[i == 0 ? a : b];
    guint64 *channel = &desk->channel[i == 0 ? b : a];
    guint64 *spare = &desk->spare[i == 0 ? b : a];

    if (*channel != 0)
      lan_core_channel_down (desk->core, *channel, &run->now);
    if (*spare != 0)
      lan_core_channel_down (desk->core, *spare, &run->now);
    *channel = *spare = 0;
  }
}

static void
come_up (Run *run, guint a, guint b)
{
  run->next_channel++;
  run->desks[a].channel[b] = run->desks[b].channel[a] = run->next_channel;
  lan_core_channel_up (run->desks[a].core, run->next_channel, LAN_CARRIER_LANE,
                       lan_device_keys_dh_public (people[b].device), &run->now);
  lan_core_channel_up (run->desks[b].core, run->next_channel, LAN_CARRIER_LANE,
                       lan_device_keys_dh_public (people[a].device), &run->now);
}

static void
join (Run *run, guint a, guint b)
{
  part (run, a, b);
  come_up (run, a, b);
}

/* A second channel comes up beside the first, or the first of two ends. */
static void
replace (Run *run, guint a, guint b)
{
  guint64 first = run->desks[a].channel[b];

  if (first == 0)
    return;
  if (run->desks[a].spare[b] == 0) {
    come_up (run, a, b);
    run->desks[a].spare[b] = run->desks[b].spare[a] = first;
    return;
  }
  lan_core_channel_down (run->desks[a].core, run->desks[a].spare[b], &run->now);
  lan_core_channel_down (run->desks[b].core, run->desks[b].spare[a], &run->now);
  run->desks[a].spare[b] = run->desks[b].spare[a] = 0;
}

static void
say (Run *run, guint a, guint b)
{
  LanMessageId id = { { 7 } };
  guint8 long_text = lan_read_u8 (&run->in);
  g_autofree char *text = g_strnfill (1 + (gsize) long_text * 64, 'x');

  run->said++;
  memcpy (id.b + 1, &run->said, sizeof run->said);
  (void) !lan_core_send_text (run->desks[a].core, lan_account_keys_id (people[b].account), &id,
                              text, &run->now);
}

static void
pass_time (Run *run)
{
  static const gint64 seconds[] = { 1, 4, 700, 86400, 5 * 86400, 8 * 86400, 20 * 86400 };
  gint64 s = seconds[lan_read_u8 (&run->in) % G_N_ELEMENTS (seconds)];

  run->now.mono_us += s * G_USEC_PER_SEC;
  run->now.wall_ms += s * 1000;
  for (guint i = 0; i < 4; i++) {
    for (guint who = 0; who < PEOPLE; who++)
      lan_core_advance (run->desks[who].core, &run->now);
    drain (run);
  }
}

static void
raw (Run *run, guint a, guint b)
{
  guint16 len = lan_read_u16 (&run->in);
  g_autoptr (GBytes) bytes = NULL;

  len = (guint16) MIN (len, lan_reader_left (&run->in));
  bytes = g_bytes_new (lan_read_span (&run->in, len), len);
  if (run->desks[b].channel[a] != 0)
    post (run, b, run->desks[b].channel[a], bytes);
}

/* A frame seen before, from whoever, to whomever. */
static void
replay (Run *run, guint a, guint b)
{
  GBytes *bytes = run->last[lan_read_u8 (&run->in) % KINDS];

  if (bytes != NULL && run->desks[b].channel[a] != 0)
    post (run, b, run->desks[b].channel[a], bytes);
}

static void
decide (Run *run, guint a, guint b)
{
  const LanAccountId *id = lan_account_keys_id (people[b].account);
  LanCore *core = run->desks[a].core;
  guint8 how = lan_read_u8 (&run->in) % 4;

  if (how == 0)
    (void) !lan_core_accept (core, id, &run->now);
  else if (how == 3)
    (void) !lan_core_remove (core, id, &run->now);
  else
    (void) !lan_core_block (core, id, how == 1, &run->now);
}

static void
step (Run *run)
{
  guint8 op = lan_read_u8 (&run->in);
  guint a, b;

  if (op >= 252) {
    take_two (run, &a, &b);
    by_stick (run, a, b);
    drain (run);
    return;
  }

  if (op % 12 == 0) {
    pass_time (run);
    return;
  }
  take_two (run, &a, &b);
  switch (op % 12) {
  case 1:
    join (run, a, b);
    break;
  case 2:
    part (run, a, b);
    break;
  case 3:
    say (run, a, b);
    break;
  case 4:
    lan_core_set_carrying (run->desks[a].core, b == (a + 1) % PEOPLE, &run->now);
    break;
  case 5:
    run->desks[a].fail_commits = !run->desks[a].fail_commits;
    break;
  case 6:
    run->tamper[lan_read_u8 (&run->in) % KINDS] = (guint8) (a + (b == (a + 1) % PEOPLE));
    run->at = lan_read_u8 (&run->in);
    break;
  case 7:
    raw (run, a, b);
    break;
  case 8:
    replay (run, a, b);
    break;
  case 9:
    replace (run, a, b);
    break;
  case 10:
    run->no_letters = !run->no_letters;
    break;
  default:
    decide (run, a, b);
    break;
  }
  drain (run);
}

/* Rows that a damaged history may hold. */
static void
load (Run *run)
{
  LanCore *core = run->desks[0].core;
  guint8 n = lan_read_u8 (&run->in) % 8;
  LanPersonRow row = { .account = *lan_account_keys_id (people[1].account),
                       .name = (char *) "One",
                       .trust = LAN_TRUST_TOFU,
                       .flags = LAN_PERSON_ACCEPTED };
  LanConversationRow talk = { .peer = row.account };
  g_autofree char *hex = lan_account_id_to_hex (&row.account);
  g_autofree char *with = g_strconcat ("core.carry.with.", hex, NULL);

  lan_conversation_id_of_pair (&talk.conversation, lan_account_keys_id (people[0].account),
                               &row.account);
  lan_core_load_person (core, &row);
  lan_core_load_conversation (core, &talk);
  for (guint i = 0; i < n; i++) {
    guint8 which = lan_read_u8 (&run->in), len = lan_read_u8 (&run->in);
    LanCarriedRow carried = { .kind = which % 4 };
    g_autofree guint8 *bytes = NULL;

    len = (guint8) MIN (len, lan_reader_left (&run->in));
    bytes = g_memdup2 (lan_read_span (&run->in, len), len);
    if ((which & 16) != 0 && len >= 24) {
      memcpy (bytes, talk.conversation.b, 16);
      memcpy (bytes + 16, lan_device_keys_id (people[0].device)->b, 8);
    }
    carried.info = g_bytes_new (bytes, len);
    carried.id.b[0] = (which & 32) != 0 ? 1 : (guint8) i;
    if (which % 4 != 0)
      lan_core_load_carried (core, &carried);
    else
      lan_core_load_setting (core,
                             (which & 64) != 0    ? "core.carry.on"
                             : (which & 128) != 0 ? with
                             : (which & 16) != 0  ? "core.carry.with.0102"
                                                  : "core.carry.key.0102030405060708",
                             carried.info);
    g_bytes_unref (carried.info);
  }
}

/* What a window asks of each record. */
static void
look (Desk *desk)
{
  for (guint i = 0; i < desk->rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (desk->rows, i);
    LanAccountId carrier;
    gboolean carried = lan_core_record_carrier (desk->core, row, &carrier);

    g_assert (carried || lan_core_record_state (desk->core, row) != LAN_MESSAGE_CARRIED);
  }
}

static void
set_up (Run *run)
{
  for (guint who = 0; who < PEOPLE; who++) {
    Desk *desk = &run->desks[who];
    LanCoreConfig config = { people[who].device, people[who].list, people[who].cert,
                             &run->random.base };

    desk->rows = g_ptr_array_new_with_free_func (free_row);
    desk->letters = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, g_free,
                                           (GDestroyNotify) g_bytes_unref);
    desk->core = lan_core_new (&config);
  }
  if ((lan_read_u8 (&run->in) & 1) != 0)
    load (run);
  for (guint who = 0; who < PEOPLE; who++)
    lan_core_start (run->desks[who].core, &run->now);
  for (guint a = 0; a < PEOPLE; a++)
    for (guint b = a + 1; b < PEOPLE; b++) {
      join (run, a, b);
      drain (run);
      (void) !lan_core_accept (run->desks[a].core, lan_account_keys_id (people[b].account),
                               &run->now);
      (void) !lan_core_accept (run->desks[b].core, lan_account_keys_id (people[a].account),
                               &run->now);
      drain (run);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Run run = { .now = { G_USEC_PER_SEC, WALL_MS } };

  if (people[0].account == NULL) {
    lan_crypto_init ();
    for (guint who = 0; who < PEOPLE; who++)
      make_somebody (&people[who], (guint8) (1 + 10 * who));
  }
  lan_reader_init (&run.in, data, size);
  lan_seeded_random_init (&run.random, 1);
  set_up (&run);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&run.in) > 0; i++)
    step (&run);
  for (guint who = 0; who < PEOPLE; who++) {
    Desk *desk = &run.desks[who];
    LanCarryCounters counters;

    look (desk);
    lan_core_get_carry_counters (desk->core, &counters);
    g_assert (counters.held_bytes <= LAN_CARRY_QUOTA_BYTES &&
              counters.held + counters.receipts <= LAN_CARRY_LETTERS_MAX);
    lan_core_free (desk->core);
    g_ptr_array_unref (desk->rows);
    g_hash_table_unref (desk->letters);
  }
  g_queue_clear_full (&run.post, free_post);
  for (guint i = 0; i < KINDS; i++)
    g_clear_pointer (&run.last[i], g_bytes_unref);
  return 0;
}
