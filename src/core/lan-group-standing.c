/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What this account makes of a group, beside what is said in it: whether an invitation was agreed to,
 * whether it is muted, what was typed and not sent.
 */
#include "lan-group-private.h"

#include "lan-text.h"

static LanGroup *
find (LanCore *core, const LanConversationId *id, const LanTime *now)
{
  core->now = *now;
  return g_hash_table_lookup (core->groups, id);
}

void
lan_group_agree (LanCore *core, LanGroup *group)
{
  if ((group->row.flags & LAN_CONVERSATION_REQUEST) == 0)
    return;
  group->row.flags &= ~(guint32) LAN_CONVERSATION_REQUEST;
  lan_group_touch (core, group);
  lan_group_tell (core, group);
}

/* It says that the invitation was seen, which no other record would before something is written. */
static void
write_agreement (LanCore *core, LanGroup *group, const LanGroupOp *invitation)
{
  Lanyard__ReadMark mark = LANYARD__READ_MARK__INIT;
  Lanyard__ReadMark *marks[] = { &mark };
  Lanyard__ReadUpTo read = LANYARD__READ_UP_TO__INIT;
  LanContent content = LANYARD__CONTENT__INIT;
  LanMessageId id;

  mark.device = (ProtobufCBinaryData){ LAN_DEVICE_ID_BYTES, (guint8 *) invitation->device.b };
  mark.seq = invitation->seq;
  mark.hlc = MIN (invitation->hlc, LAN_HLC_MAX - 1);
  read.marks = marks;
  read.n_marks = 1;
  content.body_case = LANYARD__CONTENT__BODY_READ_UP_TO;
  content.read_up_to = &read;
  lan_random_bytes (core->random, &id, sizeof id);
  lan_group_write (core, group, &id, LAN_KIND_READ_UP_TO, &content);
}

LanStatus
lan_core_group_join (LanCore *core, const LanConversationId *id, const LanTime *now)
{
  LanGroup *group = find (core, id, now);
  const LanGroupMember *self;

  if (group == NULL)
    return LAN_STATUS_MISMATCH;
  self = lan_group_state_member (group->state, &core->self);
  if (self == NULL || group->out)
    return LAN_STATUS_STATE;
  if ((group->row.flags & LAN_CONVERSATION_REQUEST) != 0 && !lan_group_is_restoring (group))
    write_agreement (core, group, self->joined);
  lan_group_agree (core, group);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_group_set_muted (LanCore *core, const LanConversationId *id, gboolean muted,
                          const LanTime *now)
{
  LanGroup *group = find (core, id, now);

  if (group == NULL)
    return LAN_STATUS_MISMATCH;
  if (muted == ((group->row.flags & LAN_CONVERSATION_MUTED) != 0))
    return LAN_STATUS_OK;
  group->row.flags ^= LAN_CONVERSATION_MUTED;
  lan_group_touch (core, group);
  lan_group_tell (core, group);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_group_set_draft (LanCore *core, const LanConversationId *id, const char *draft,
                          const LanTime *now)
{
  LanGroup *group = find (core, id, now);

  if (group == NULL)
    return LAN_STATUS_MISMATCH;
  if (g_strcmp0 (group->row.draft, draft) == 0)
    return LAN_STATUS_OK;
  g_free (group->row.draft);
  group->row.draft = draft != NULL && *draft != '\0' ? g_strndup (draft, LAN_TEXT_MAX_BYTES) : NULL;
  lan_group_touch (core, group);
  lan_core_settle (core);
  return LAN_STATUS_OK;
}
