using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Schedules the removal of a token in the journal of a run.</summary>
internal static class StagedRemoval
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(3653);

    /// <summary>Throws if the time is not positive, or so long that it has no end.</summary>
    /// <exception cref="ApiTokenException"><c>InvalidAfter</c> or <c>InvalidRemoveAfter</c>.</exception>
    public static void Validate(string field, TimeSpan after)
    {
        if (after <= TimeSpan.Zero || after > MaxTime)
        {
            throw ApiTokenException.InvalidParameter(
                field, $"'{after}' is not a valid time until the removal.", "Specify a time span of up to ten years, such as seven days.");
        }
    }

    /// <summary>Records when the token is to be removed.</summary>
    /// <exception cref="ApiTokenException">The run has no journal, or the journal cannot be written.</exception>
    public static Task ScheduleAsync(OperationContext context, string field, TimeSpan after, TokenConnection connection)
    {
        if (!context.HasJournal)
        {
            throw ApiTokenException.InvalidParameter(
                field, "a journal is required to record when the token is due.", "Run the operation with a journal.");
        }

        return context.RecordDueAsync(successorId: null, connection.Time.GetUtcNow() + after, OldTokenAction.Remove);
    }
}
