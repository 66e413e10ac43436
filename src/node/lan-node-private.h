/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the public objects of this module need of their LanNode. Owner's context. */
#pragma once

#include "lan-command.h"
#include "lan-content.h"
#include "lan-engine.h"
#include "lan-event.h"
#include "lan-node-models.h"
#include "lan-node.h"

G_BEGIN_DECLS

struct _LanNode {
  GObject parent_instance;

  GMainContext *context; /* the owner's */
  char *profile_dir;
  GStrv interfaces;
  gboolean mdns;
  gboolean broadcast;
  int port;
  gboolean keyring;
  gboolean harden;
  char *audio_source;
  char *audio_sink;
  char *camera;
  char *screen;         /* lan_node_set_screen_source() */
  gboolean audio_given; /* by lan_node_set_audio(): what was kept does not count */

  LanNodeState state;
  LanNodeProtection protection;
  gboolean hidden;
  gboolean carrying;
  guint carried_letters;
  guint64 carried_bytes;
  guint tcp_port;
  LanEngine *engine; /* NULL while closed */
  LanNodeModels *models;
  LanServer *server;
  GHashTable *settings; /* key -> value */
  LanDevices *devices;
  GTask *opening;     /* waits for OPENED */
  GError *open_error; /* told to opening when the engine is gone */
  GTask *closing;     /* waits for CLOSED */
};

/** (transfer full) @command: queued for the engine; dropped while the node is closed. */
void lan_node_push (LanNode *self, LanCommand *command);

/** As lan_node_push(), for a command with a task, which fails when @self is NULL or closed. */
void lan_node_ask (LanNode *self, LanCommand *command);
void lan_node_push_view (LanNode *self, LanPerson *person, gboolean viewed);
void lan_node_push_read (LanNode *self, const LanMessageId *message);

/** As lan_node_read_history_async(), also towards the newer end (LAN_COMMAND_READ_NEWER). */
void lan_node_read_page_async (LanNode *self, LanPerson *person, LanCommandType type,
                               const char *anchor, guint limit, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);

/** Where @event answers a search: notes how far it came. */
void lan_node_note_searched (GTask *task, const LanEvent *event);

/** Returns: (transfer none) (nullable): the object of a known account. */
LanPerson *lan_node_peek_person (LanNode *self, const LanAccountId *account);
/** Returns: (transfer none): made when there was none; not listed by that. */
LanPerson *lan_node_ensure_person (LanNode *self, const LanAccountId *account);
void lan_node_conversation_id (LanNode *self, LanPerson *person, LanConversationId *id);

LanNodeModels *lan_node_peek_models (LanNode *self);
/** Takes an offer for which the person has a rule. */
void lan_node_accept_by_rule (LanNode *self, LanTransfer *transfer);
GHashTable *lan_node_peek_settings (LanNode *self);

/** Whether @person can be written to; FALSE and an error where not. */
gboolean lan_node_may_write (LanNode *self, LanPerson *person, GError **error);

/** Sends @content of record @kind, with a quote of @reply_to (nullable); @text is shown when it cannot be kept.
 * Returns: (transfer full): the message's id. */
char *lan_node_push_body (LanNode *self, LanPerson *person, guint16 kind, LanContent *content,
                          LanMessage *reply_to, const char *text);

/** Asks for the body of @message, of record @kind. @task: (transfer full). */
void lan_node_read_body (LanNode *self, LanMessage *message, guint16 kind, GTask *task);

/** Whether one can write into @group, likewise. */
gboolean lan_node_may_write_group (LanGroupChat *group, GError **error);

/** Whether @text can be a message. */
gboolean lan_node_check_text (const char *text, GError **error);

/** Asserts that the caller is in the owner's context. */
void lan_node_check_thread (LanNode *self);

/** TRUE when open; else FALSE and NOT_OPEN. */
gboolean lan_node_require_open (LanNode *self, GError **error);

/* Called by the models while they carry out a batch. */
typedef enum {
  LAN_NODE_PERSON_SEEN,
  LAN_NODE_PERSON_GONE,
  LAN_NODE_PERSON_CHANGED,
  LAN_NODE_MESSAGE_RECEIVED,
  LAN_NODE_MESSAGE_STATE,
  LAN_NODE_MESSAGE_CHANGED,
  LAN_NODE_FILE_OFFERED,
  LAN_NODE_FILE_PROGRESS,
  LAN_NODE_FILE_DONE,
  LAN_NODE_FILE_FAILED,
  LAN_NODE_SERVER_CHANGED,
  LAN_NODE_SHARE_CHANGED,
  LAN_NODE_GROUP_CHANGED,
  LAN_NODE_CALL_CHANGED,
  LAN_NODE_LINK_STATE,
  LAN_NODE_NOTICE,
  LAN_NODE_STICKERS_CHANGED,
  LAN_NODE_N_SIGNALS
} LanNodeSignal;

void lan_node_emit_object (LanNode *self, LanNodeSignal signal, gpointer object);
void lan_node_emit_link_state (LanNode *self, LanPerson *person, const char *state,
                               const char *path);
void lan_node_emit_notice (LanNode *self, const char *code, const char *text);
void lan_node_set_state (LanNode *self, LanNodeState state);
void lan_node_set_tcp_port (LanNode *self, guint port);
void lan_node_notify_self (LanNode *self);
/** The profile is open: what was chosen in it is used. */
void lan_node_load_audio (LanNode *self);
void lan_node_on_opened (LanNode *self, LanEvent *event);
void lan_node_on_closed (LanNode *self);
void lan_node_on_hidden (LanNode *self, gboolean hidden);
void lan_node_on_carry (LanNode *self, const LanCarryInfo *carry);
void lan_node_on_protection (LanNode *self, LanNodeProtection protection);

G_END_DECLS
