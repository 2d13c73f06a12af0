using System.Globalization;
using System.Text;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>All texts of an error record, to search them for secrets.</summary>
public static class ErrorText
{
    /// <summary>The texts of the record, of its exceptions and of its details: what consoles and logs show.</summary>
    public static string Messages(ErrorRecord error)
    {
        var text = new StringBuilder()
            .AppendLine(error.ToString())
            .AppendLine(error.FullyQualifiedErrorId)
            .AppendLine(error.ErrorDetails?.Message)
            .AppendLine(error.ErrorDetails?.RecommendedAction);
        for (Exception? exception = error.Exception; exception is not null; exception = exception.InnerException)
        {
            text.AppendLine(exception.ToString());
        }

        return text.ToString();
    }

    /// <summary>All texts, including the category, the target, the failed call, and the serialized record and its parts.</summary>
    public static string Of(ErrorRecord error)
    {
        StringBuilder text = new StringBuilder(Messages(error))
            .AppendLine(error.CategoryInfo.ToString())
            .AppendLine(error.CategoryInfo.GetMessage(CultureInfo.InvariantCulture))
            .AppendLine(error.InvocationInfo?.Line)
            .AppendLine(error.InvocationInfo?.PositionMessage)
            .AppendLine(error.ScriptStackTrace)
            .AppendLine(PSSerializer.Serialize(error, depth: 3));
        for (Exception? exception = error.Exception; exception is not null; exception = exception.InnerException)
        {
            text.AppendLine(PSSerializer.Serialize(exception, depth: 3));
        }

        return error.TargetObject is { } target
            ? text.AppendLine(LanguagePrimitives.ConvertTo<string>(target)).AppendLine(PSSerializer.Serialize(target, depth: 3)).ToString()
            : text.ToString();
    }
}
