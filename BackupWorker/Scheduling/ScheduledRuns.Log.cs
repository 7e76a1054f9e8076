namespace ProdReady.BackupWorker.Scheduling;

internal sealed partial class ScheduledRuns
{
    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The job {Job} has never run by its schedule: it does not wait for the next time, and runs for {Occurrence:u}")]
        public static partial void First(ILogger logger, string job, DateTimeOffset occurrence);

        [LoggerMessage(LogLevel.Warning, "The job {Job} missed its run of {Occurrence:u} and makes up for it now")]
        public static partial void Late(ILogger logger, string job, DateTimeOffset occurrence);

        [LoggerMessage(LogLevel.Error, "The job {Job} cannot start its run of {Occurrence:u}, as the database does not answer: {Reason} Tried again every {Pause}")]
        public static partial void Unreachable(ILogger logger, string job, DateTimeOffset occurrence, string reason, TimeSpan pause);

        [LoggerMessage(LogLevel.Error, "The run of {Occurrence:u} of the job {Job} failed: {Reason}")]
        public static partial void Failed(ILogger logger, Exception exception, string job, DateTimeOffset occurrence, string reason);

        [LoggerMessage(LogLevel.Warning, "The run of {Occurrence:u} of the job {Job} is tried again in {Delay}: try {Attempt} of {Attempts} failed")]
        public static partial void Retried(ILogger logger, string job, DateTimeOffset occurrence, TimeSpan delay, int attempt, int attempts);

        [LoggerMessage(LogLevel.Information, "The run of {Occurrence:u} of the job {Job} is somebody else's, or waits for their end. Asked again every {Pause}")]
        public static partial void Busy(ILogger logger, string job, DateTimeOffset occurrence, TimeSpan pause);

        [LoggerMessage(LogLevel.Error, "The run of {Occurrence:u} of the job {Job} is given up. The next one is due at {Next:u}")]
        public static partial void GivenUp(ILogger logger, string job, DateTimeOffset occurrence, DateTimeOffset? next);

        [LoggerMessage(LogLevel.Warning, "A run of the job {Job} is recorded for {Last:u}, which is yet to come: a clock was wrong then, and the record is ignored")]
        public static partial void FromTheFuture(ILogger logger, string job, DateTimeOffset? last);
    }
}
