using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation.Host;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>A host without a console, which records output and answers prompts from a script.</summary>
public sealed partial class TestHost : PSHost
{
    private readonly TestUserInterface _ui = new();

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "TestHost";

    public override Version Version { get; } = new(1, 0);

    public override CultureInfo CurrentCulture { get; } = CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.InvariantCulture;

    public override PSHostUserInterface UI => _ui;

    /// <summary>The width of the console.</summary>
    public int Width
    {
        get => _ui.Width;
        set => _ui.Width = value;
    }

    /// <summary>Whether the console shows colours.</summary>
    public bool HasColours
    {
        get => _ui.HasColours;
        set => _ui.HasColours = value;
    }

    /// <summary>The labels of the answers to prompts, in order, such as "Yes to All". A prompt without an answer fails.</summary>
    public Queue<string> Answers => _ui.Answers;

    /// <summary>Called for each prompt before it is answered.</summary>
    public Action? Asked
    {
        get => _ui.Asked;
        set => _ui.Asked = value;
    }

    /// <summary>The prompts that were shown.</summary>
    public IReadOnlyList<string> Questions => _ui.Questions;

    /// <summary>The index of the default choice of the last prompt.</summary>
    public int DefaultChoice => _ui.DefaultChoice;

    /// <summary>The answer of the last question that Enter alone gives.</summary>
    public string DefaultLabel => _ui.DefaultLabel;

    /// <summary>Whether the host can prompt. If not, it behaves as a non-interactive session.</summary>
    public bool CanPrompt
    {
        get => _ui.CanPrompt;
        set => _ui.CanPrompt = value;
    }

    /// <summary>Everything that was written to the console.</summary>
    public string Text => _ui.Written;

    /// <summary>The lines that were written to the console, without escape sequences, trailing blanks and empty lines.</summary>
    public IReadOnlyList<string> Lines =>
        [.. Escapes().Replace(Text, string.Empty).Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];

    /// <summary>How often a nested prompt was entered, which the answer Suspend does.</summary>
    public int NestedPrompts { get; private set; }

    /// <summary>Clears the recorded output and prompts.</summary>
    public void Clear()
    {
        _ui.Clear();
        NestedPrompts = 0;
    }

    public override void EnterNestedPrompt() => NestedPrompts++;

    public override void ExitNestedPrompt()
    {
    }

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }

    [GeneratedRegex(@"\x1B\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escapes();

    private sealed class TestUserInterface : PSHostUserInterface
    {
        private readonly StringBuilder _written = new();
        private readonly List<string> _questions = [];
        private readonly TestRawInterface _raw = new();

        public Queue<string> Answers { get; } = new();

        public Action? Asked { get; set; }

        public int DefaultChoice { get; private set; }

        public string DefaultLabel { get; private set; } = string.Empty;

        public bool CanPrompt { get; set; } = true;

        public bool HasColours { get; set; }

        public int Width
        {
            get => _raw.Width;
            set => _raw.Width = value;
        }

        public IReadOnlyList<string> Questions => _questions;

        public string Written
        {
            get
            {
                lock (_written)
                {
                    return _written.ToString();
                }
            }
        }

        public override PSHostRawUserInterface RawUI => _raw;

        public override bool SupportsVirtualTerminal => HasColours;

        public void Clear()
        {
            lock (_written)
            {
                _written.Clear();
            }

            _questions.Clear();
        }

        public override void Write(string value)
        {
            lock (_written)
            {
                _written.Append(value);
            }
        }

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

        public override void WriteLine(string value) => Write(value + "\n");

        public override void WriteErrorLine(string value) => WriteLine(value);

        public override void WriteWarningLine(string message) => WriteLine(message);

        public override void WriteVerboseLine(string message) => WriteLine(message);

        public override void WriteDebugLine(string message) => WriteLine(message);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            if (!CanPrompt)
            {
                throw new PSInvalidOperationException("The session is not interactive.");
            }

            DefaultChoice = defaultChoice;
            DefaultLabel = choices[defaultChoice].Label.Replace("&", string.Empty, StringComparison.Ordinal);
            _questions.Add($"{caption}\n{message}");
            Asked?.Invoke();
            string answer = Answers.TryDequeue(out string? next)
                ? next
                : throw new InvalidOperationException($"No answer was given for: {message}");
            int index = choices.ToList().FindIndex(choice => choice.Label.Replace("&", string.Empty, StringComparison.Ordinal) == answer);
            return index >= 0 ? index : throw new InvalidOperationException($"'{answer}' is not one of the choices for: {message}");
        }

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
            throw new InvalidOperationException($"No test answers this: {string.Join(", ", descriptions.Select(field => field.Name))}");

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
            throw new InvalidOperationException("No test gives a credential.");

        public override PSCredential PromptForCredential(
            string caption,
            string message,
            string userName,
            string targetName,
            PSCredentialTypes allowedCredentialTypes,
            PSCredentialUIOptions options) =>
            throw new InvalidOperationException("No test gives a credential.");

        public override string ReadLine() => throw new InvalidOperationException("No test types a line.");

        public override SecureString ReadLineAsSecureString() => throw new InvalidOperationException("No test types a secret.");
    }

    private sealed class TestRawInterface : PSHostRawUserInterface
    {
        public int Width { get; set; } = 120;

        public override ConsoleColor BackgroundColor { get; set; }

        public override ConsoleColor ForegroundColor { get; set; }

        public override Size BufferSize
        {
            get => new(Width, 3000);
            set => Width = value.Width;
        }

        public override Coordinates CursorPosition { get; set; }

        public override int CursorSize { get; set; }

        public override Size WindowSize
        {
            get => new(Width, 50);
            set => Width = value.Width;
        }

        public override Coordinates WindowPosition { get; set; }

        public override string WindowTitle { get; set; } = string.Empty;

        public override Size MaxPhysicalWindowSize => new(Width, 50);

        public override Size MaxWindowSize => new(Width, 50);

        public override bool KeyAvailable => false;

        public override void FlushInputBuffer()
        {
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => new BufferCell[0, 0];

        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new InvalidOperationException("No test presses a key.");

        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
        {
        }

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
        {
        }

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
        {
        }
    }
}
