/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How long chats are kept, and logs of which the beginning is not kept any more. Whose log it is says with
 * `begins` in a Records frame that nothing before a record will come; the record is signed and takes its place as if the
 * log began there. Nothing of what was not delivered to anybody is ever forgotten, so nobody waits for it.
 */
#include "lan-keep.h"

#include "lan-core-private.h"
#include "lan-group-private.h"
#include "lan-mail-private.h"

/* What was delivered to one device of the other waits so long for the rest of them. */
#define LAGGARD_DAYS 30

/* --- rules --- */

static LanStatus
set_days (LanCore *core, guint32 *flags, guint days, gboolean *changed)
{
  guint32 before = *flags;

  if (!lan_keep_set_days (flags, days))
    return LAN_STATUS_MALFORMED;
  *changed = *flags != before;
  return LAN_STATUS_OK;
}

LanStatus
lan_core_set_keep (LanCore *core, const LanAccountId *account, guint days, const LanTime *now)
{
  LanCorePerson *person = lan_core_find_person (core, account);
  gboolean changed = FALSE;
  LanStatus status;

  core->now = *now;
  if (person == NULL || lan_core_is_me (core, person))
    return LAN_STATUS_MISMATCH;
  status = set_days (core, &person->row.flags, days, &changed);
  if (!changed)
    return status;
  lan_core_keep_person (core, person);
  lan_core_touch_person (core, person);
  lan_core_tell_person (core, LAN_CORE_PERSON, person);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_group_set_keep (LanCore *core, const LanConversationId *id, guint days, const LanTime *now)
{
  LanGroup *group = g_hash_table_lookup (core->groups, id);
  gboolean changed = FALSE;
  LanStatus status;

  core->now = *now;
  if (group == NULL)
    return LAN_STATUS_MISMATCH;
  status = set_days (core, &group->row.flags, days, &changed);
  if (!changed)
    return status;
  lan_group_touch (core, group);
  lan_group_tell (core, group);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

/* What all devices of the other that can still come have of our log. */
static guint64
held_by_all (LanCoreTalk *talk)
{
  guint64 seq = lan_talk_delivered (talk, &talk->own->device);

  for (guint i = 0; i < talk->peer->devices->len; i++) {
    const LanCoreDevice *device = g_ptr_array_index (talk->peer->devices, i);

    if (device->row.state == 0 && device->row.cert != NULL)
      seq = MIN (seq, lan_talk_holding (talk, &device->row.device, &talk->own->device)->seq);
  }
  return seq;
}

static void
add_rule (GArray *rules, const LanKeepRule *rule)
{
  if (rule->before_ms > 0)
    g_array_append_val (rules, *rule);
}

static void
add_talk (LanCore *core, LanCoreTalk *talk, GArray *rules)
{
  gint64 day_ms = G_GINT64_CONSTANT (24) * 60 * 60 * 1000;
  /* Who went on under another key is one chat with it. */
  const LanCorePerson *person = lan_core_resolve (core, &talk->peer->row.account);
  guint days = lan_keep_days (person->row.flags);
  LanKeepRule rule = { .conversation = talk->row.conversation, .account = person->row.account };

  if (days == 0 || talk->restoring || lan_core_is_me (core, talk->peer))
    return;
  rule.device = talk->own->device;
  rule.before_ms = core->now.wall_ms - days * day_ms;
  rule.upto_seq = held_by_all (talk);
  add_rule (rules, &rule);
  rule.before_ms -= LAGGARD_DAYS * day_ms;
  rule.upto_seq = lan_talk_delivered (talk, &talk->own->device);
  add_rule (rules, &rule);
}

GArray *
lan_core_list_keep_rules (LanCore *core, const LanTime *now)
{
  GArray *rules = g_array_new (FALSE, FALSE, sizeof (LanKeepRule));
  gint64 day_ms = G_GINT64_CONSTANT (24) * 60 * 60 * 1000;
  GHashTableIter iter;
  gpointer value;

  core->now = *now;
  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    add_talk (core, value, rules);
  g_hash_table_iter_init (&iter, core->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const LanGroup *group = value;
    guint days = lan_keep_days (group->row.flags);
    LanKeepRule rule = { .conversation = group->row.conversation, .is_group = TRUE };

    rule.before_ms = days > 0 ? now->wall_ms - days * day_ms : 0;
    add_rule (rules, &rule);
  }
  return rules;
}

/* --- logs that begin later --- */

LanGap
lan_core_find_gap (const LanAsk *ask, GPtrArray *rows, LanLogPoint *gone)
{
  const LanRecordRow *first = rows->len > 0 ? g_ptr_array_index (rows, 0) : NULL;
  LanRecordView view;

  if (ask->failed || ask->log == NULL)
    return LAN_GAP_NONE;
  if (first == NULL && ask->to_seq < ask->log->committed.seq)
    return LAN_GAP_ASK;
  if (first == NULL) {
    *gone = ask->log->committed;
    return LAN_GAP_FOUND;
  }
  if (first->seq <= ask->from_seq ||
      lan_record_decode (g_bytes_get_data (first->blob, NULL), g_bytes_get_size (first->blob),
                         &view) != LAN_STATUS_OK)
    return LAN_GAP_NONE;
  *gone = (LanLogPoint){ .seq = first->seq - 1, .hash = view.previous };
  return LAN_GAP_FOUND;
}

void
lan_core_skip_gone (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder,
                    const LanLogPoint *gone)
{
  LanMailPoint *point;

  if (talk->group != NULL) { /* nothing is said of what a member has */
    point = lan_mail_get_point (talk, holder);
    point->base = MAX (point->base, gone->seq);
    return;
  }
  if (gone->seq > lan_talk_holding (talk, holder, &talk->own->device)->seq)
    lan_core_set_holding (core, talk, holder, gone->seq, &gone->hash);
}

gboolean
lan_core_may_tell_begin (LanCore *core, const LanCoreChannel *channel, const LanDeviceId *device)
{
  return lan_core_is_me (core, channel->person) ||
         lan_device_id_equal (device, &core->self_device) ||
         lan_device_id_equal (device, &channel->device) ||
         lan_core_own_device (core, device) != NULL;
}

/* Is it asked for elsewhere, or has somebody of its readers just come, whose vector is on its way? */
static gboolean
is_awaited (LanCore *core, const LanCoreLog *log)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const LanCoreChannel *other = value;

    if (other->person == NULL || lan_device_id_equal (&other->device, &log->device))
      continue;
    if ((lan_core_is_me (core, other->person) || other->person == log->talk->peer) &&
        core->now.mono_us - other->met_us < LAN_CORE_FETCH_US)
      return TRUE;
    for (guint i = 0; i < other->pulls->len; i++) {
      const LanPull *pull = &g_array_index (other->pulls, LanPull, i);

      if (pull->talk == log->talk && lan_device_id_equal (&pull->device, &log->device))
        return TRUE;
    }
  }
  return FALSE;
}

LanBegin
lan_core_judge_begin (LanCore *core, LanCoreChannel *channel, LanCoreLog *log)
{
  gboolean from_me = lan_core_is_me (core, channel->person);

  if (channel->by_mail || log == log->talk->own)
    return LAN_BEGIN_NO;
  if (log->own ? !from_me
               : channel->person != log->talk->peer &&
                     (!from_me || lan_keep_days (log->talk->peer->row.flags) == 0))
    return LAN_BEGIN_NO;
  if (!is_awaited (core, log)) {
    log->begins = FALSE;
    return LAN_BEGIN_NOW;
  }
  log->begins = TRUE;
  lan_deadlines_set (core->deadlines, log, LAN_DUE_BEGIN, core->now.mono_us + LAN_CORE_FETCH_US);
  return LAN_BEGIN_LATER;
}

void
lan_core_begin_due (LanCore *core, LanCoreLog *log)
{
  log->begins = FALSE;
  if (log->waiting == NULL || g_hash_table_size (log->waiting) == 0)
    return;
  if (!is_awaited (core, log)) {
    lan_core_ask_gap (core, log);
    return;
  }
  log->begins = TRUE;
  lan_deadlines_set (core->deadlines, log, LAN_DUE_BEGIN, core->now.mono_us + LAN_CORE_FETCH_US);
}
