/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The tables of methods, one for each noun; a new noun gets a file and a line here. Parameters and
 * results are documented in src/cli/README.md.
 */
#include "lan-rpc-methods-private.h"

#include <string.h>

static const LanRpcMethod *const tables[] = {
  lan_rpc_self_methods,   lan_rpc_people_methods, lan_rpc_chat_methods,    lan_rpc_message_methods,
  lan_rpc_file_methods,   lan_rpc_server_methods, lan_rpc_device_methods,  lan_rpc_history_methods,
  lan_rpc_share_methods,  lan_rpc_group_methods,  lan_rpc_backup_methods,  lan_rpc_call_methods,
  lan_rpc_bundle_methods, lan_rpc_note_methods,   lan_rpc_sticker_methods, lan_rpc_keep_methods,
};

gboolean
lan_rpc_methods_run (const char *method, LanRpcCall *call)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++) {
    for (const LanRpcMethod *m = tables[i]; m->name != NULL; m++) {
      if (strcmp (m->name, method) == 0) {
        m->run (call);
        return TRUE;
      }
    }
  }
  return FALSE;
}
