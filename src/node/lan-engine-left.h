/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is left with the server for somebody who is away: the transfer machine decides, the server's machine carries
 * the pieces, core writes the records that say so; here one is handed on to the other.
 */
#pragma once

#include "lan-engine-private.h"
#include "lan-server-client.h"
#include "lan-transfer.h"

G_BEGIN_DECLS

/** A LAN_TRANSFER_ACTION_LEFT. */
void lan_engine_left_on_action (LanEngine *engine, LanTransferAction *action);

/** A LAN_SERVER_CLIENT_BLOB. */
void lan_engine_left_on_blob (LanEngine *engine, const LanServerClientAction *action);

/** Returns: (transfer full): the table of records that say where something is, and are still on their way. */
GHashTable *lan_engine_left_letters_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** Something was offered: what was said about it in the same batch holds now. */
void lan_engine_left_on_offer (LanEngine *engine, const LanMessageId *id);

/** Something lies in a mailbox now: whoever is away can learn of it. */
void lan_engine_left_on_deposit (LanEngine *engine);

/** The server can be reached, or no longer. */
void lan_engine_left_on_server (LanEngine *engine);

/** Adds to a batch of core's the rows of transfers that records in it are about: both are kept or neither is. */
void lan_engine_left_join_batch (LanEngine *engine, GPtrArray *changes);

/** What the owner is shown. */
LanTransferLeft lan_engine_left_of (LanEngine *engine, const LanTransferRow *row);

G_END_DECLS
