package io.stele.it;

/**
 * What a campaign has done.
 *
 * @param trials how often it tried to break something; a campaign that has tried nothing has not passed
 * @param facts what came of it, as {@code key=value}
 */
record CampaignReport(long trials, String facts) {}
