/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Searches and the calendar, asked by the owner and answered from the disk. Engine's thread. */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

/** Carries out SEARCH and READ_DAYS; takes the task out of @command. */
void lan_engine_search_execute (LanEngine *engine, LanCommand *command);

G_END_DECLS
