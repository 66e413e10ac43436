/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The engine's side of the company's server: directory's LanServerClient run over a lane, joining
 * and leaving, the directory's people given to core, presence, and the post that brings signals to
 * devices without a lane. Without a server nothing of it does anything.
 */
#pragma once

#include "lan-engine-private.h"

#include "lan-hello.h"
#include "lan-path.h"

G_BEGIN_DECLS

#define LAN_SETTING_SERVER "server" /* among a person's devices: the server's link */

typedef struct _LanEngineServer LanEngineServer;

/** After core and links, before the owner is told what there is. */
void lan_engine_server_open (LanEngine *engine, const LanSnapshot *snapshot);

/** Says END; lan_engine_server_is_gone() tells when that is done. */
void lan_engine_server_shut (LanEngine *engine);
gboolean lan_engine_server_is_gone (LanEngine *engine);
void lan_engine_server_free (LanEngineServer *self);

gboolean lan_engine_server_run (LanEngine *engine);
gint64 lan_engine_server_deadline (LanEngine *engine);

/** Tells the owner how it stands, where that has changed. */
void lan_engine_server_tell (LanEngine *engine);

/* --- what the owner asks; each steals the command's task and answers it --- */
void lan_engine_server_look (LanEngine *engine, LanCommand *command);
void lan_engine_server_join (LanEngine *engine, LanCommand *command);
void lan_engine_server_cancel_join (LanEngine *engine);
void lan_engine_server_leave (LanEngine *engine, LanCommand *command);

/* --- what happens elsewhere --- */

/** Own list, certificate or device changed. */
void lan_engine_server_new_identity (LanEngine *engine);
/** Certificates of the person's other devices are known, or others than before. */
void lan_engine_server_set_certs (LanEngine *engine);

/** Returns: (transfer full) (nullable): the server's link without an invite, for another own device. */
char *lan_engine_server_link (LanEngine *engine);

/** Another own device has joined this server: so does this one, where it belongs to none. */
void lan_engine_server_adopt (LanEngine *engine, const char *link);
/** The same for the person whose device this profile is at its next start. */
void lan_engine_server_keep_link (LanEngine *engine, const char *link);

void lan_engine_server_network_changed (LanEngine *engine);
void lan_engine_server_set_presence (LanEngine *engine, LanPresence state);

/** The status line has changed: contacts at the server are told, sealed. */
void lan_engine_server_tell_status_to_all (LanEngine *engine);

/** A channel to @account is wanted, or their row changed: who they are and where is of interest. */
void lan_engine_server_want (LanEngine *engine, const LanAccountId *account);
void lan_engine_server_on_person (LanEngine *engine, const LanAccountId *account);

/** Somebody looks at them, or no longer does. */
void lan_engine_server_set_shown (LanEngine *engine, const LanAccountId *account, gboolean shown);

/** Fills what the directory says of them, and whether they have a mailbox. */
void lan_engine_server_describe (LanEngine *engine, const LanAccountId *account,
                                 LanPersonInfo *info);

/** WANT_BUNDLE, WANT_PAPERS, DEPOSIT, CANCEL_DEPOSIT, MAIL_ACK, PUBLISH_PREKEYS. */
void lan_engine_server_on_core (LanEngine *engine, const LanCoreAction *action);

/* --- heads of the directory, compared with others (SECURITY 4.1) --- */
void lan_engine_server_fill_hello (LanEngine *engine, LanHello *hello);
void lan_engine_server_heard (LanEngine *engine, const LanAccountId *account, guint64 epoch,
                              const guint8 *root_trunc);

/* --- the post --- */

/** TRUE when signals for this device can be given to the server now. */
gboolean lan_engine_server_has_post (LanEngine *engine, const LanAccountId *account,
                                     const LanDeviceId *device);

/** Seals @frame for the device with @dh and gives it away; what cannot leave now is lost. */
void lan_engine_server_send_signal (LanEngine *engine, const LanDeviceId *device, const guint8 *dh,
                                    const LanLinkId *link_id, GBytes *frame);

/** Whether there is a relay that paths may use. */
gboolean lan_engine_server_has_relay (LanEngine *engine);

/** Adds the server's relays and its STUN address to @config, which the caller clears. */
void lan_engine_path_config (LanEngine *engine, LanPathConfig *config);

G_END_DECLS
