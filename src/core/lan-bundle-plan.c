/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What goes into a bundle: for each chosen device what we wrote that it is not known to have, sealed as for a
 * carrier; a word to it, of what is on this disk and by which key we are written to; and what is
 * held for others. Nothing here changes a state: who lost the stick lost nothing.
 */
#include "lan-bundle.h"

#include "lan-bundle-word.h"
#include "lan-carry-private.h"

#include <string.h>

typedef enum {
  RECORDS,
  WORD,
  CARRIED,
} StepType;

typedef struct {
  StepType type;
  LanAccountId account;           /* RECORDS, WORD: for whom */
  LanDeviceId device;             /* likewise, which of theirs */
  LanConversationId conversation; /* RECORDS */
  LanMessageId id;                /* CARRIED */
} Step;

struct _LanBundlePlan {
  GArray *steps; /* of Step */
  guint at;
  guint64 next; /* RECORDS: the next one to be sealed; 0: not begun */
  guint64 to;   /* and the last that was there when it began */
  GHashTable *people;
  GArray *left; /* of LanBundleOut */
  guint64 bytes;
  LanBundleMade made;
};

/* ---- the plan ---- */

static void
add_step (LanBundlePlan *plan, const Step *step)
{
  g_array_append_vals (plan->steps, step, 1);
}

static void
leave_out (LanBundlePlan *plan, const LanCorePerson *person, const LanAccountId *account,
           LanBundleOutReason reason)
{
  LanBundleOut out = { person != NULL ? person->row.account : *account, reason };

  g_array_append_val (plan->left, out);
}

static gboolean
is_contact (LanCore *core, const LanCorePerson *person)
{
  return person != NULL && !lan_core_is_me (core, person) && lan_core_is_accepted (person) &&
         !lan_core_is_blocked (person) && person->row.trust != LAN_TRUST_REVOKED &&
         lan_carry_secret_of (person) != NULL;
}

static gboolean
is_waiting (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device)
{
  return talk != NULL && lan_carry_may (core, talk) &&
         lan_carry_base_of (talk, device) < talk->own->committed.seq;
}

static void
plan_person (LanCore *core, LanBundlePlan *plan, LanCorePerson *person, gboolean chosen)
{
  gboolean no_key = FALSE;

  for (guint i = 0; i < person->devices->len; i++) {
    const LanCoreDevice *device = g_ptr_array_index (person->devices, i);
    Step step = { .account = person->row.account, .device = device->row.device };
    gboolean waiting = is_waiting (core, person->talk, &device->row.device);

    if (!lan_mail_is_usable (device))
      continue;
    no_key |= (waiting || chosen) && lan_carry_fresh_key (core, device) == NULL;
    if (waiting && lan_carry_fresh_key (core, device) != NULL) {
      step.type = RECORDS;
      step.conversation = person->talk->row.conversation;
      add_step (plan, &step);
    }
    step.type = WORD;
    add_step (plan, &step);
  }
  if (no_key)
    leave_out (plan, person, NULL, LAN_BUNDLE_OUT_NO_KEY);
}

static void
plan_all (LanCore *core, LanBundlePlan *plan)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (is_contact (core, value))
      plan_person (core, plan, value, FALSE);
}

static void
plan_held (LanCore *core, LanBundlePlan *plan)
{
  for (guint i = 0; core->carry->on && i < core->carry->held->len; i++) {
    const LanHeld *held = g_ptr_array_index (core->carry->held, i);
    Step step = { .type = CARRIED, .id = held->id };

    if (held->kept && !held->acked)
      add_step (plan, &step);
  }
}

gboolean
lan_core_bundle_prepare (LanCore *core, const LanTime *now)
{
  core->now = *now;
  if (lan_mail_keys_own (core, NULL))
    lan_carry_note_event (core, LAN_CARRY_EVENT_KEYS, NULL);
  lan_core_hurry (core);
  lan_core_settle (core);
  return core->open == NULL && core->flying == NULL;
}

LanBundlePlan *
lan_core_plan_bundle (LanCore *core, const GArray *people, const LanTime *now)
{
  LanBundlePlan *plan = g_new0 (LanBundlePlan, 1);

  core->now = *now;
  plan->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  plan->left = g_array_new (FALSE, FALSE, sizeof (LanBundleOut));
  plan->people = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);
  for (guint i = 0; people != NULL && i < people->len; i++) {
    const LanAccountId *account = &g_array_index (people, LanAccountId, i);
    LanCorePerson *person = lan_core_find_person (core, account);

    if (is_contact (core, person))
      plan_person (core, plan, person, TRUE);
    else
      leave_out (plan, NULL, account, LAN_BUNDLE_OUT_NOT_CONTACT);
  }
  if (people == NULL)
    plan_all (core, plan);
  plan_held (core, plan);
  return plan;
}

void
lan_bundle_plan_free (LanBundlePlan *plan)
{
  if (plan == NULL)
    return;
  g_array_unref (plan->steps);
  g_array_unref (plan->left);
  g_hash_table_unref (plan->people);
  g_free (plan);
}

void
lan_bundle_plan_get (const LanBundlePlan *plan, LanBundleMade *made)
{
  *made = plan->made;
  made->people = g_hash_table_size (plan->people);
  made->percent = plan->steps->len > 0 ? plan->at * 100 / plan->steps->len : 100;
  made->left = plan->left;
}

/* ---- what is written ---- */

static void
write_entry (LanBundlePlan *plan, const LanBundleEntry *entry, GByteArray *out)
{
  guint before = out->len;

  lan_bundle_entry_write (entry, out);
  plan->bytes += out->len - before;
}

static guint32
today (const LanCore *core)
{
  return (guint32) (core->now.wall_ms / LAN_CARRY_DAY_MS);
}

static void
fill_word (LanCore *core, const LanCorePerson *person, LanBundleWord *word)
{
  g_autoptr (GBytes) prekey = NULL;

  word->device = core->self_device;
  if (lan_mail_keys_own (core, &prekey))
    lan_carry_note_event (core, LAN_CARRY_EVENT_KEYS, NULL);
  word->has_prekey = prekey != NULL && g_bytes_get_size (prekey) == sizeof word->prekey;
  if (word->has_prekey)
    memcpy (word->prekey, g_bytes_get_data (prekey, NULL), sizeof word->prekey);
  for (guint i = 0; person->talk != NULL && i < person->talk->logs->len; i++) {
    const LanCoreLog *log = g_ptr_array_index (person->talk->logs, i);

    if (log->own || log->committed.seq == 0 || word->n == LAN_BUNDLE_WORD_LOGS)
      continue;
    word->have[word->n++] = (LanBundleHave){ log->device, log->committed.seq, log->committed.hash };
  }
}

static void
write_word (LanCore *core, LanBundlePlan *plan, const Step *step, GByteArray *out)
{
  const LanCorePerson *person = lan_core_find_person (core, &step->account);
  g_autoptr (GByteArray) body = g_byte_array_new ();
  LanBundleEntry entry = { .type = LAN_BUNDLE_WORD, .day = today (core) };
  const guint8 *secret;
  LanBundleWord word = { 0 };
  LanCarryTag tag;

  if (!is_contact (core, person))
    return; /* meanwhile */
  secret = lan_carry_secret_of (person);
  fill_word (core, person, &word);
  lan_carry_tag (&tag, secret, entry.day, &step->device);
  lan_bundle_word_seal (&word, secret, tag.tag, &step->device, core->random, body);
  entry.tag = tag.tag;
  entry.body = body->data;
  entry.len = body->len;
  write_entry (plan, &entry, out);
  plan->made.words++;
}

/* ---- records ---- */

static void
step_over (LanBundlePlan *plan)
{
  plan->at++;
  plan->next = 0;
}

static gboolean
want_records (LanCore *core, LanBundlePlan *plan, const Step *step, LanBundleWant *want)
{
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, &step->conversation);

  if (!is_waiting (core, talk, &step->device))
    return FALSE; /* it came there meanwhile */
  if (plan->next == 0) {
    plan->next = lan_carry_base_of (talk, &step->device) + 1;
    plan->to = talk->own->committed.seq;
  }
  if (plan->next > MIN (plan->to, talk->own->committed.seq))
    return FALSE;
  want->conversation = talk->row.conversation;
  want->device = talk->own->device;
  want->from_seq = plan->next;
  want->to_seq = MIN (plan->to, plan->next + LAN_ENVELOPE_RECORDS_MAX - 1);
  want->max_bytes = LAN_ENVELOPE_ROOM;
  return TRUE;
}

/* Records in the order of the log until the envelope is full. Returns: the last one, 0: none. */
static guint64
pack (const LanBundlePlan *plan, GPtrArray *rows, GPtrArray *blobs)
{
  guint64 last = 0;
  gsize bytes = 0;

  for (guint i = 0; rows != NULL && i < rows->len && i < LAN_ENVELOPE_RECORDS_MAX; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if (row->seq != plan->next + i || bytes + g_bytes_get_size (row->blob) > LAN_ENVELOPE_ROOM)
      break;
    bytes += g_bytes_get_size (row->blob);
    g_ptr_array_add (blobs, row->blob);
    last = row->seq;
  }
  return last;
}

static void
write_letter (LanBundlePlan *plan, guint32 day, const guint8 *fetch_lock, const guint8 *ack_lock,
              GBytes *envelope, GByteArray *out)
{
  LanBundleEntry entry = {
    .type = LAN_BUNDLE_LETTER,
    .day = day,
    .fetch_lock = fetch_lock,
    .ack_lock = ack_lock,
    .body = g_bytes_get_data (envelope, NULL),
    .len = g_bytes_get_size (envelope),
  };

  write_entry (plan, &entry, out);
}

static void
write_own (LanCore *core, LanBundlePlan *plan, const Step *step, GBytes *envelope,
           const LanCarryTag *tag, GByteArray *out)
{
  const guint8 *secret = lan_carry_secret_of (lan_core_find_person (core, &step->account));
  guint8 fetch_lock[LAN_CARRY_TAG_BYTES], ack_lock[LAN_CARRY_TAG_BYTES], token[LAN_CARRY_TAG_BYTES];
  LanMessageId id;

  lan_carry_id (&id, g_bytes_get_data (envelope, NULL), g_bytes_get_size (envelope));
  lan_carry_lock (fetch_lock, tag->fetch_key);
  lan_carry_ack_token (token, secret, &id);
  lan_carry_lock (ack_lock, token);
  write_letter (plan, today (core), fetch_lock, ack_lock, envelope, out);
  plan->made.letters++;
  g_hash_table_add (plan->people, g_memdup2 (&step->account, sizeof step->account));
}

void
lan_core_bundle_give_records (LanCore *core, LanBundlePlan *plan, GPtrArray *rows, GByteArray *out,
                              const LanTime *now)
{
  const Step *step = &g_array_index (plan->steps, Step, plan->at);
  LanCorePerson *person = lan_core_find_person (core, &step->account);
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, &step->conversation);
  const LanCoreDevice *device =
      person != NULL ? lan_core_person_device (person, &step->device) : NULL;
  g_autoptr (GPtrArray) blobs = g_ptr_array_new ();
  g_autoptr (GBytes) envelope = NULL;
  guint64 last = pack (plan, rows, blobs);
  LanCarryTag tag;

  core->now = *now;
  if (last == 0 || device == NULL || talk == NULL || !lan_carry_may (core, talk)) {
    step_over (plan);
    return;
  }
  lan_carry_tag (&tag, lan_carry_secret_of (person), today (core), &step->device);
  envelope = lan_carry_seal (core, talk, device, &tag, blobs);
  if (envelope == NULL) {
    step_over (plan);
    return;
  }
  plan->next = last + 1;
  write_own (core, plan, step, envelope, &tag, out);
}

/* ---- letters of others ---- */

void
lan_core_bundle_give_carried (LanCore *core, LanBundlePlan *plan, GBytes *envelope, GByteArray *out,
                              const LanTime *now)
{
  const Step *step = &g_array_index (plan->steps, Step, plan->at);
  const LanHeld *held = g_hash_table_lookup (core->carry->held_set, &step->id);

  core->now = *now;
  step_over (plan);
  if (held == NULL || envelope == NULL || g_bytes_get_size (envelope) > LAN_ENVELOPE_BYTES_MAX)
    return;
  write_letter (plan, (guint32) (held->arrival_ms / LAN_CARRY_DAY_MS), held->fetch_lock,
                held->ack_lock, envelope, out);
  plan->made.others++;
}

static gboolean
is_held (LanCore *core, const LanMessageId *id)
{
  const LanHeld *held = g_hash_table_lookup (core->carry->held_set, id);

  return held != NULL && held->kept && !held->acked;
}

/* One more letter, and the end, have their place. */
static gboolean
is_full (LanBundlePlan *plan)
{
  guint entries = plan->made.letters + plan->made.others + plan->made.words;

  if (entries < LAN_BUNDLE_ENTRIES_MAX && plan->bytes < LAN_BUNDLE_BYTES_MAX - 2 * LAN_BUNDLE_PIECE)
    return FALSE;
  plan->made.is_full = TRUE;
  return TRUE;
}

LanBundleNeed
lan_core_bundle_next (LanCore *core, LanBundlePlan *plan, GByteArray *out, LanBundleWant *want,
                      const LanTime *now)
{
  core->now = *now;
  while (plan->at < plan->steps->len && !is_full (plan)) {
    const Step *step = &g_array_index (plan->steps, Step, plan->at);

    if (out->len > LAN_BUNDLE_PIECE)
      return LAN_BUNDLE_NEED_NOTHING;
    if (step->type == RECORDS && want_records (core, plan, step, want))
      return LAN_BUNDLE_NEED_RECORDS;
    if (step->type == CARRIED && is_held (core, &step->id)) {
      want->id = step->id;
      return LAN_BUNDLE_NEED_CARRIED;
    }
    if (step->type == WORD)
      write_word (core, plan, step, out);
    step_over (plan);
  }
  lan_core_settle (core);
  return LAN_BUNDLE_NEED_OVER;
}
