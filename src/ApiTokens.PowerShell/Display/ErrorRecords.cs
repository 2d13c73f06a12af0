using System.Management.Automation;

namespace ApiTokens.PowerShell.Display;

/// <summary>Makes error records: stable ids, a category, what it is about, and what to do.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord Create(Exception error, object? target)
    {
        if (error is not ApiTokenException known)
        {
            return new ErrorRecord(error, ErrorIds.UnexpectedError, ErrorCategory.InvalidOperation, target)
            {
                ErrorDetails = new ErrorDetails(error.Message) { RecommendedAction = "This is a bug in ApiTokens. Report it and include the stack trace: $Error[0].Exception.StackTrace" },
            };
        }

        var record = new ErrorRecord(known, known.ErrorId, Category(known.Kind), target);
        string cid = known.CorrelationId is { } id ? $" Correlation id: {id}." : string.Empty;
        record.ErrorDetails = new ErrorDetails(CommandText.Message(known) + cid) { RecommendedAction = CommandText.Advice(known) };
        return record;
    }

    private static ErrorCategory Category(ErrorKind kind) =>
        Enum.TryParse(kind.ToString(), out ErrorCategory category) ? category : ErrorCategory.InvalidOperation;
}
