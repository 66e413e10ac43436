/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Bundles between the three people, whole, bent and cut. */
#include "fuzz-carry.h"

#include "lan-bundle.h"

typedef struct {
  Run *run;
  LanCore *core;
  LanBundleTake *take;
} Taking;

static LanStatus
on_entry (const LanBundleEntry *entry, gpointer user_data)
{
  Taking *taking = user_data;

  lan_core_bundle_take (taking->core, taking->take, entry, &taking->run->now);
  return LAN_STATUS_OK;
}

/* What @desk has of a log, as far as it was asked for. */
static GPtrArray *
rows_of (Desk *desk, const LanBundleWant *want)
{
  GPtrArray *rows = g_ptr_array_new ();

  for (guint i = 0; i < desk->rows->len; i++) {
    LanRecordRow *row = g_ptr_array_index (desk->rows, i);

    if (lan_device_id_equal (&row->device, &want->device) &&
        lan_conversation_id_equal (&row->conversation, &want->conversation) &&
        row->seq >= want->from_seq && row->seq <= want->to_seq)
      g_ptr_array_add (rows, row);
  }
  return rows;
}

static GByteArray *
write_bundle (Run *run, Desk *desk, const GArray *people_asked)
{
  GByteArray *out = g_byte_array_new ();
  g_autoptr (LanBundlePlan) plan = NULL;
  LanBundleNeed need;
  LanBundleWant want;
  LanBundleMade made;

  (void) lan_core_bundle_prepare (desk->core, &run->now);
  drain (run);
  plan = lan_core_plan_bundle (desk->core, people_asked, &run->now);
  while ((need = lan_core_bundle_next (desk->core, plan, out, &want, &run->now)) !=
         LAN_BUNDLE_NEED_OVER) {
    if (need == LAN_BUNDLE_NEED_RECORDS) {
      g_autoptr (GPtrArray) rows = rows_of (desk, &want);

      lan_core_bundle_give_records (desk->core, plan, run->no_letters ? NULL : rows, out,
                                    &run->now);
    } else if (need == LAN_BUNDLE_NEED_CARRIED) {
      lan_core_bundle_give_carried (
          desk->core, plan, run->no_letters ? NULL : g_hash_table_lookup (desk->letters, &want.id),
          out, &run->now);
    }
    if (out->len > 1024 * 1024)
      break;
  }
  lan_bundle_plan_get (plan, &made);
  g_assert (made.people <= made.letters);
  return out;
}

/* Bits 0 and 1: for whom. 2: bent on its way. 3: not all of it is given. 4: read a second time. */
void
by_stick (Run *run, guint a, guint b)
{
  guint8 how = lan_read_u8 (&run->in);
  g_autoptr (GArray) asked = g_array_new (FALSE, FALSE, sizeof (LanAccountId));
  g_autoptr (GByteArray) entries = NULL;

  if ((how & 1) != 0)
    g_array_append_vals (asked, lan_account_keys_id (people[b].account), 1);
  if ((how & 2) != 0)
    g_array_append_vals (asked, lan_account_keys_id (people[3 - a - b].account), 1);
  entries = write_bundle (run, &run->desks[a], (how & 3) != 0 ? asked : NULL);
  if ((how & 4) != 0 && entries->len > 0)
    entries->data[entries->len - 1 - run->at * 7u % entries->len] ^= 1;
  for (guint i = 0; i < ((how & 16) != 0 ? 2u : 1u); i++) {
    Taking taking = { run, run->desks[b].core, lan_bundle_take_new () };
    g_autoptr (LanBundleReader) reader = lan_bundle_reader_new (on_entry, &taking);
    g_autoptr (GByteArray) file = g_byte_array_new ();
    g_autoptr (LanBundleWriter) writer = lan_bundle_writer_new (file);

    lan_bundle_writer_add (writer, entries->data, (how & 8) != 0 ? entries->len / 2 : entries->len,
                           file);
    lan_bundle_writer_finish (writer, file);
    (void) !lan_bundle_reader_feed (reader, file->data, file->len);
    drain (run);
    (void) lan_core_bundle_open (taking.core, taking.take);
    lan_core_bundle_settle (taking.core, taking.take);
    g_assert (lan_core_bundle_open (taking.core, taking.take) == 0);
    lan_bundle_take_free (taking.take);
  }
}
