/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#pragma once

#include <glib.h>

void add_file_tests (void);
void add_keys_tests (void);
void add_window_tests (void);
void add_people_tests (void);
void add_profile_tests (void);
void add_seen_tests (void);
void add_opening_tests (void);
void add_server_tests (void);
void add_sticker_tests (void);
void add_talk_tests (void);
