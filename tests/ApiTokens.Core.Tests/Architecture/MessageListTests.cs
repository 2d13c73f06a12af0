using System.Text.RegularExpressions;
using ApiTokens.Core.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ApiTokens.Core.Tests.Architecture;

/// <summary>
/// docs/messages.txt, the list of all messages of the module, so that they can be read on one page. With the environment variable
/// APITOKENS_APPROVE, the test rewrites it.
/// </summary>
public sealed partial class MessageListTests
{
    private static string ListFile => Path.Combine(Repository.Root, "docs", "messages.txt");

    [Fact]
    public void Messages_OfTheSources_AreThoseOfTheList()
    {
        string[] messages = [.. Messages()];
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("APITOKENS_APPROVE")))
        {
            File.WriteAllText(ListFile, string.Join('\n', messages) + "\n");
        }

        string[] listed = File.ReadAllLines(ListFile);
        Assert.True(
            messages.SequenceEqual(listed),
            "docs/messages.txt differs from the sources. Read the changed messages aloud, then run this test with APITOKENS_APPROVE=1:\n"
                + string.Join('\n', messages.Except(listed)));
        Assert.True(messages.Length > 300, $"There are {messages.Length} lines.");
    }

    private static IEnumerable<string> Messages()
    {
        string source = Path.Combine(Repository.Root, "src");
        foreach (string project in new[] { "ApiTokens.Core", "ApiTokens.PowerShell" })
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(source, project), "*.cs", SearchOption.AllDirectories)
                .Where(file => !Generated().IsMatch(file)).Order(StringComparer.Ordinal))
            {
                SyntaxNode root = CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot();
                string[] messages = [.. root.DescendantNodes(node => node is not AttributeSyntax && !IsText(node)).Where(IsText)
                    .Select(TextOf).Where(text => Sentence().IsMatch(text))];
                if (messages.Length > 0)
                {
                    yield return $"# {Path.GetRelativePath(source, file).Replace('\\', '/')}";
                    foreach (string message in messages)
                    {
                        yield return message;
                    }
                }
            }
        }
    }

    // A text, or texts that are joined by +.
    private static bool IsText(SyntaxNode node) => node switch
    {
        LiteralExpressionSyntax literal => literal.IsKind(SyntaxKind.StringLiteralExpression),
        InterpolatedStringExpressionSyntax => true,
        BinaryExpressionSyntax sum => sum.IsKind(SyntaxKind.AddExpression) && (IsText(sum.Left) || IsText(sum.Right)),
        _ => false,
    };

    private static string TextOf(SyntaxNode node) => node switch
    {
        LiteralExpressionSyntax literal when IsText(literal) => literal.Token.ValueText,
        InterpolatedStringExpressionSyntax text => string.Concat(text.Contents.Select(part =>
            part is InterpolatedStringTextSyntax words
                ? words.TextToken.ValueText
                : $"{{{NameOf(((InterpolationSyntax)part).Expression)}}}")),
        BinaryExpressionSyntax sum when IsText(sum) => TextOf(sum.Left) + TextOf(sum.Right),
        ParenthesizedExpressionSyntax inner when IsText(inner.Expression) => TextOf(inner.Expression),
        _ => $"{{{NameOf((ExpressionSyntax)node)}}}",
    };

    private static string NameOf(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax identifier => identifier.Identifier.Text,
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        InvocationExpressionSyntax { ArgumentList.Arguments: [var argument, ..] } => NameOf(argument.Expression),
        _ => "...",
    };

    [GeneratedRegex(@"[\\/](obj|bin)[\\/]")]
    private static partial Regex Generated();

    // Three words or more. Scripts, HTML and formats of dates are no messages.
    [GeneratedRegex(@"^(?!.*[<\r\n])(?=.*\p{L}{2,} \S+ \S*\p{L}{2,})")]
    private static partial Regex Sentence();
}
