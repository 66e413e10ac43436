/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * JSON-RPC 2.0, one object a line: lines to messages and back. Knows nothing of what the methods
 * mean. What a line holds is somebody else's: it is bounded in length and depth before the JSON
 * parser sees it. Any thread.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define LAN_RPC_MAX_LINE  (1024 * 1024) /* bytes, without the line feed */
#define LAN_RPC_MAX_DEPTH 32            /* brackets within brackets; json-glib recurses on them */

/* The protocol's own error numbers (JSON-RPC 2.0, section 5.1), and the one for all of ours; what
 * programs should look at is the word in error.data.code. */
enum {
  LAN_RPC_PARSE_ERROR = -32700,
  LAN_RPC_INVALID_REQUEST = -32600,
  LAN_RPC_METHOD_NOT_FOUND = -32601,
  LAN_RPC_INVALID_PARAMS = -32602,
  LAN_RPC_FAILED = -32000,
};

typedef enum {
  LAN_RPC_REQUEST,      /* method and id */
  LAN_RPC_NOTIFICATION, /* method without id */
  LAN_RPC_RESULT,       /* id and result */
  LAN_RPC_ERROR,        /* id and error */
} LanRpcKind;

typedef struct {
  LanRpcKind kind;
  JsonNode *id;       /* number, string or null; NULL for a notification */
  char *method;       /* requests and notifications */
  JsonObject *params; /* requests and notifications: never NULL */
  JsonNode *result;   /* results */
  int error_number;   /* errors */
  char *error_code;   /* errors: the stable word, "failed" where the sender gave none */
  char *error_text;   /* errors: the sentence */
} LanRpcMessage;

/**
 * Reads one line.
 * @failed: (out): where NULL is returned: the error number to answer with
 * Returns: (transfer full) (nullable): the message, or NULL when the line is no JSON-RPC 2.0.
 */
LanRpcMessage *lan_rpc_message_parse (const char *line, gsize len,
                                      int *failed) G_GNUC_WARN_UNUSED_RESULT;
void lan_rpc_message_free (LanRpcMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanRpcMessage, lan_rpc_message_free)

/* Each returns (transfer full) one line without its line feed. @params and @result are borrowed and
 * may be NULL for an empty object; @id is borrowed and may be NULL for null. */
char *lan_rpc_format_request (gint64 id, const char *method, JsonObject *params);
char *lan_rpc_format_notification (const char *method, JsonObject *params);
char *lan_rpc_format_result (JsonNode *id, JsonObject *result);
char *lan_rpc_format_error (JsonNode *id, int number, const char *code, const char *text);

/** Returns: a constant sentence for one of the protocol's own error numbers. */
const char *lan_rpc_error_text (int number);

/** Returns: the stable word for one of the protocol's own error numbers, else "failed". */
const char *lan_rpc_error_code (int number);

G_END_DECLS
