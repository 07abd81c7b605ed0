"""nlpParams: the text understanding that tagging and video understanding may run on what is said.

Sources: the tables of nlpParams on the pages of SubmitSmarttagJob and SubmitVideoCognitionJob. The words are ours.
"""

from __future__ import annotations

from ims_mcp.catalogue.operation import Parameter

NLP_PARAMS = Parameter(
    "nlpParams",
    "object",
    text="Text understanding: transcript, summary, chapters, translation. Needed where the template has nlp among its "
    "analyses (the job fails without); left out otherwise.",
    fields=(
        Parameter(
            "sourceLanguage",
            "string",
            required=True,
            text="Spoken language: cn, en, yue, ja, or fspk (Chinese mixed with English). multilingual for several, "
            "with languageHints; sound of 16 kHz only.",
            hints=("cn", "en", "yue", "fspk", "ja", "multilingual"),
        ),
        Parameter(
            "languageHints",
            "array",
            text="Languages to expect with multilingual: cn, en, yue, ja, ko, de, fr, ru.",
            items=Parameter("", "string"),
        ),
        Parameter("transcriptionModel", "string", text="fun-asr, with multilingual only.", hints=("fun-asr",)),
        Parameter("diarizationEnabled", "boolean", text="true tells speakers apart; default false."),
        Parameter("speakerCount", "integer", text="How many speak: 2, or 0 for any number.", minimum=0),
        Parameter("phraseId", "string", text="Word list for the transcription; its id."),
        Parameter("pptExtractionEnabled", "boolean", text="true finds slides and sums them up; default false."),
        Parameter("summarizationEnabled", "boolean", text="true sums up; say how in summarizationTypes."),
        Parameter(
            "summarizationTypes",
            "string",
            text="Comma-separated: Paragraph, Conversational, QuestionsAnswering, MindMap. The whole, by speaker, as "
            "questions and answers, as a mind map.",
            comma_list=True,
            hints=("Paragraph", "Conversational", "QuestionsAnswering", "MindMap"),
        ),
        Parameter("translationEnabled", "boolean", text="true translates the transcript into targetLanguages."),
        Parameter(
            "targetLanguages",
            "string",
            text="Comma-separated languages to translate into: cn, en, yue, fspk.",
            comma_list=True,
            hints=("cn", "en", "yue", "fspk"),
        ),
        Parameter("autoChaptersEnabled", "boolean", text="true finds chapters with title and summary."),
        Parameter("meetingAssistanceEnabled", "boolean", text="true finds keywords, key sentences and things to do."),
    ),
    extra_fields=True,
)
