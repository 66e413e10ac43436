/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The running server: one libuv loop that feeds lanes, storage answers, password jobs and the clock to
 * directory's LanRegistry and carries out its actions. One thread; blocks only in lan_hub_new() and
 * lan_hub_run().
 */
#pragma once

#include "lan-hub-config.h"
#include "lan-hub-keys.h"

G_BEGIN_DECLS

typedef struct _LanHub LanHub;

typedef enum {
  LAN_HUB_SERVE = 1 << 0, /* listen, control socket, relay, HTTP; else only commands work */
} LanHubFlags;

/** Opens state folder and database, listens. Takes @config. */
LanHub *lan_hub_new (LanHubConfig *config, LanHubFlags flags,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_hub_free (LanHub *hub);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanHub, lan_hub_free)

/** Serves until SIGTERM or SIGINT. Returns: the exit code. */
int lan_hub_run (LanHub *hub);

/** What a command says: any number of lines, then once is_end with error NULL or set. */
typedef void (*LanHubReply) (const char *line, gboolean is_end, const char *error,
                             gpointer user_data);

/**
 * Carries out an administrator's command (lan-hub-commands.c). Several may be under way. @reply is
 * called from within or later, always ending once.
 */
void lan_hub_command (LanHub *hub, const char *const *words, LanHubReply reply, gpointer user_data);

/** Runs the loop until every command has ended: for a server that does not serve. */
void lan_hub_settle (LanHub *hub);

G_END_DECLS
