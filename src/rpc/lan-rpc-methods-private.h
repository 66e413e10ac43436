/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the files of methods share: how a method takes its parameters, and their tables.
 */
#pragma once

#include "lan-rpc-service-private.h"

G_BEGIN_DECLS

typedef struct {
  const char *name; /* NULL ends a table */
  void (*run) (LanRpcCall *call);
} LanRpcMethod;

extern const LanRpcMethod lan_rpc_self_methods[];    /* self.*, address.*, link.* */
extern const LanRpcMethod lan_rpc_people_methods[];  /* people.*, peer.* */
extern const LanRpcMethod lan_rpc_chat_methods[];    /* message.*, typing.*, history.* */
extern const LanRpcMethod lan_rpc_message_methods[]; /* message.*, of one that is there */
extern const LanRpcMethod lan_rpc_file_methods[];    /* file.* */
extern const LanRpcMethod lan_rpc_server_methods[];  /* server.*, directory.* */
extern const LanRpcMethod lan_rpc_device_methods[];  /* device.* */
extern const LanRpcMethod lan_rpc_share_methods[];   /* share.* */
extern const LanRpcMethod lan_rpc_group_methods[];   /* group.* */
extern const LanRpcMethod lan_rpc_backup_methods[];  /* backup.* */
extern const LanRpcMethod lan_rpc_call_methods[];    /* call.* */
extern const LanRpcMethod lan_rpc_note_methods[];    /* note.* */
extern const LanRpcMethod lan_rpc_sticker_methods[]; /* sticker.* */
extern const LanRpcMethod lan_rpc_history_methods[]; /* history.* but for list */
extern const LanRpcMethod lan_rpc_keep_methods[];    /* history.export, import, retention */

extern const LanRpcMethod lan_rpc_bundle_methods[]; /* carry.*, bundle.* */

typedef void (*LanRpcWithMessage) (LanRpcCall *call, LanMessage *message);

/** Finds the message that @member names, and "from" where several people have one with this id, for @then. */
void lan_rpc_with_message (LanRpcCall *call, const char *member, LanRpcWithMessage then);

/** {"messages": ...} */
JsonObject *lan_rpc_describe_messages (GPtrArray *messages);

/** Sends "text" with what else the parameters say. @reply_to: (nullable). Answers @call. */
void lan_rpc_send_message (LanRpcCall *call, LanPerson *person, LanMessage *reply_to);

/** Sends "text" to everybody in "to". Answers @call. */
void lan_rpc_send_to_many (LanRpcCall *call);

JsonObject *lan_rpc_describe_group (LanGroupChat *group);
JsonObject *lan_rpc_describe_call (LanCall *call);
JsonObject *lan_rpc_describe_share (LanShare *share);
JsonObject *lan_rpc_describe_devices (LanDevices *devices);
JsonObject *lan_rpc_describe_device_link (LanDevices *devices);

/* Parameters that must be there. Each answers and frees @call where it returns NULL. What comes
 * back is borrowed from @call or from the node, but for the list. */
const char *lan_rpc_need_string (LanRpcCall *call, const char *name);
LanPerson *lan_rpc_need_person (LanRpcCall *call, const char *name);
/** Somebody, or a group: whatever can be written to. */
LanPerson *lan_rpc_need_peer (LanRpcCall *call, const char *name);
LanTransfer *lan_rpc_need_transfer (LanRpcCall *call, const char *name);

/** A list of strings, or one string alone. Returns: (transfer full) (nullable). */
GStrv lan_rpc_need_strings (LanRpcCall *call, const char *name);

/** Names or ids of people, of groups too (_peers). Returns: (transfer full) (nullable). */
GPtrArray *lan_rpc_need_people (LanRpcCall *call, const char *name);
GPtrArray *lan_rpc_need_peers (LanRpcCall *call, const char *name);

/* Parameters that may be missing, which leaves *@value alone (a string: NULL), but not of another
 * type: FALSE once @call is answered and freed. */
gboolean lan_rpc_take_string (LanRpcCall *call, const char *name, const char **value);
gboolean lan_rpc_take_int (LanRpcCall *call, const char *name, gint64 *value);
gboolean lan_rpc_take_boolean (LanRpcCall *call, const char *name, gboolean *value);

/* Pieces of answers: (transfer full). */
JsonObject *lan_rpc_one_string (const char *member, const char *value);
JsonArray *lan_rpc_string_array (const char *const *values);

G_END_DECLS
