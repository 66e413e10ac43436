/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanPerson, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-event.h"
#include "lan-person.h"

G_BEGIN_DECLS

/** @node is borrowed; the node calls lan_person_orphan() before it goes away. */
LanPerson *lan_person_new (LanNode *node, const LanAccountId *account);
void lan_person_orphan (LanPerson *self);

/** Takes the contents of @info over and notifies what differs. Returns: whether anything did. */
gboolean lan_person_apply (LanPerson *self, LanPersonInfo *info);

/** What oneself shows, at once: a second change must not start from what was before the first. */
void lan_person_set_own_presence (LanPerson *self, LanPersonPresence presence, const char *text);
const LanAccountId *lan_person_peek_account (LanPerson *self);

/** The node it belongs to, NULL once that is gone. */
LanNode *lan_person_peek_node (LanPerson *self);

G_END_DECLS
