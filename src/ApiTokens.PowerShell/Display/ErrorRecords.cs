using System.Management.Automation;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Display;

/// <summary>Creates error records with a stable id, a category, a target object and a recommended action.</summary>
internal static class ErrorRecords
{
    /// <summary>Creates the record of an error.</summary>
    /// <param name="error">The error.</param>
    /// <param name="target">The token or the input that the error is about.</param>
    /// <param name="connection">The name of the connection that the error is about; by default the one of the target.</param>
    /// <param name="row">The name of the row of the input that the error is about, if the message must begin with it.</param>
    public static ErrorRecord Create(Exception error, object? target, string? connection = null, string? row = null)
    {
        connection ??= ConnectionOf(target);
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
            (row is null ? string.Empty : $"{row}: ") + CommandText.Message(known) + correlationId)
        { RecommendedAction = CommandText.Advice(known, connection) };
        return record;
    }

    private static string? ConnectionOf(object? target) => target switch
    {
        TokenConnection connection => connection.Name,
        ApiToken { Connection.Length: > 0 } token => token.Connection,
        _ => null,
    };

    // An argument that is the target of its error may be a misplaced secret.
    private static object? SafeTarget(object? target) => target switch
    {
        string text => ForeignText.Argument(text),
        _ => target,
    };

    private static ErrorCategory Category(ErrorKind kind) =>
        Enum.TryParse(kind.ToString(), out ErrorCategory category) ? category : ErrorCategory.InvalidOperation;
}
