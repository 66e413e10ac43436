/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Voice notes in the helper: records one, or plays one, until the socket closes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** @socket, @source, @sink: descriptors; the files are there when the names say "file". */
void lan_media_note_run (int socket, int source, int sink);

G_END_DECLS
