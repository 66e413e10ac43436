/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-message.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  int failed = 0;
  g_autoptr (LanRpcMessage) message = lan_rpc_message_parse ((const char *) data, size, &failed);

  if (message == NULL && failed == 0)
    g_error ("a line was refused without a reason");
  if (message != NULL && message->kind == LAN_RPC_REQUEST) {
    g_autofree char *line = lan_rpc_format_result (message->id, message->params);
    g_autoptr (LanRpcMessage) again = lan_rpc_message_parse (line, strlen (line), &failed);

    if (again == NULL && strlen (line) <= LAN_RPC_MAX_LINE)
      g_error ("an answer of ours was refused");
  }
  return 0;
}
