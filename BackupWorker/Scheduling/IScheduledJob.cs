namespace ProdReady.BackupWorker.Scheduling;

/// <summary>Something that runs by a schedule, once per occurrence among all replicas.</summary>
internal interface IScheduledJob
{
    /// <summary>Its name in log lines and metrics, such as <c>backup</c>.</summary>
    string Name { get; }

    /// <summary>When it runs; nothing if it is switched off.</summary>
    CronSchedule? Schedule { get; }

    /// <summary>The newest occurrence that anybody started a run for; nothing if there never was one.</summary>
    /// <remarks>Throws if the database cannot be asked: then it is asked again, and no try of a run is lost.</remarks>
    Task<DateTimeOffset?> LastOccurrenceAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs it and waits for its end. It decides, with all other replicas, whose turn it is; a run of the same occurrence that failed may
    /// be started again. An exception is a failure too.
    /// </summary>
    /// <param name="occurrence">Which one of the schedule, not the time of the start.</param>
    /// <param name="cancellationToken">The service stops: it cleans up and ends. What takes too long the job ends itself.</param>
    Task<ScheduledOutcome> RunAsync(DateTimeOffset occurrence, CancellationToken cancellationToken);
}
