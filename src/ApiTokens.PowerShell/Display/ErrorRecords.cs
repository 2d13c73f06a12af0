using System.Management.Automation;

namespace ApiTokens.PowerShell.Display;

/// <summary>Creates error records with a stable id, a category, a target object and a recommended action.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord Create(Exception error, object? target)
    {
        target = SafeTarget(target);
        if (error is not ApiTokenException known)
        {
            const string ReportBug = "This is a bug in ApiTokens. Report it and include the stack trace: $Error[0].Exception.StackTrace";
            return new ErrorRecord(ForeignText.Of(error), ErrorIds.UnexpectedError, ErrorCategory.InvalidOperation, target)
            {
                ErrorDetails = new ErrorDetails(ForeignText.InMessage(error.Message)) { RecommendedAction = ReportBug },
            };
        }

        var record = new ErrorRecord(known, known.ErrorId, Category(known.Kind), target);
        string correlationId = known.CorrelationId is { } id ? $" Correlation id: {id}." : string.Empty;
        record.ErrorDetails = new ErrorDetails(
            CommandText.Message(known) + correlationId)
        { RecommendedAction = CommandText.Advice(known) };
        return record;
    }

    // An argument that is the target of its error may be a misplaced secret.
    private static object? SafeTarget(object? target) => target switch
    {
        string text => ForeignText.Argument(text),
        _ => target,
    };

    private static ErrorCategory Category(ErrorKind kind) =>
        Enum.TryParse(kind.ToString(), out ErrorCategory category) ? category : ErrorCategory.InvalidOperation;
}
