/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The end of a path's agent. A relay keeps what it allotted for ten minutes unless it is told that it is over; that
 * takes a round trip, so the agent outlives its path for as long.
 */
#pragma once

#include <nice/agent.h>

G_BEGIN_DECLS

/** Takes @agent, which goes from @context's loop, never from below the caller; @has_relays: they are told first. */
void lan_path_close_agent (NiceAgent *agent, guint stream, guint component, GMainContext *context,
                           gboolean has_relays);

G_END_DECLS
