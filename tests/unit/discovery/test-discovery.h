/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#pragma once

void add_record_tests (void);
void add_candidates_tests (void);
void add_schedule_tests (void);
void add_network_tests (void);
